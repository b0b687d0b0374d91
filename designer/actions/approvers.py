"""Who may decide an approval: those it lists, or whoever may run workflows of the project when it lists nobody."""

from collections.abc import Iterable

from django.contrib.auth.models import User

from agentcluster.security.models import Project
from agentcluster.security.permissions import LEAST_ROLE, Action, allows, role_in
from designer.actions.run_errors import NotAnApproverError


def may_decide(user: User, listed: Iterable[str], groups: Iterable[str], *, runs: bool) -> bool:
    """Say whether the user may; ``runs``: whether the user may run workflows of the project."""
    users, named = set(listed), set(groups)
    if not users and not named:
        return runs
    return user.get_username() in users or not named.isdisjoint(group_names(user))


def group_names(user: User) -> set[str]:
    """Return the names of the user's groups, asked for once per user object."""
    known: set[str] | None = vars(user).get("_group_names")
    if known is None:
        known = set(user.groups.values_list("name", flat=True))
        vars(user)["_group_names"] = known
    return known


def require_approver(user: User, listed: Iterable[str], groups: Iterable[str], project: Project) -> None:
    """Raise ``NotAnApproverError``, naming who may, unless the user may decide."""
    users, named = tuple(listed), tuple(groups)
    if may_decide(user, users, named, runs=allows(role_in(user, project), Action.RUN)):
        return
    who = [*users, *(f"the group {name}" for name in named)]
    needed = LEAST_ROLE[Action.RUN].value
    sentence = f"This is decided by {_either(who)}." if who else f"This is decided by whoever has the role {needed}."
    raise NotAnApproverError(f"{sentence} You are not among them.", approvers=list(users), groups=list(named))


def _either(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"
