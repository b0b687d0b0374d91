"""Who may do what in a project: an explicit table of the least role each action needs."""

import enum
from typing import Any, Final, TypeVar

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Model, QuerySet

from agentcluster.errors import ForbiddenError, NotFoundError
from agentcluster.security.models import Membership, Project, Role

M = TypeVar("M", bound=Model)
User = AbstractBaseUser | AnonymousUser


class Action(enum.StrEnum):
    """What can be done to a project and to what is in it."""

    VIEW = "view"
    RUN = "run"
    CANCEL = "cancel"
    UPLOAD = "upload"
    EDIT = "edit"
    PUBLISH = "publish"
    DELETE = "delete"
    MANAGE_MEMBERS = "manage_members"
    SET_RETENTION = "set_retention"


LEAST_ROLE: Final[dict[Action, Role]] = {
    Action.VIEW: Role.VIEWER,
    Action.RUN: Role.OPERATOR,
    Action.CANCEL: Role.OPERATOR,
    Action.UPLOAD: Role.OPERATOR,
    Action.EDIT: Role.EDITOR,
    Action.PUBLISH: Role.EDITOR,
    Action.DELETE: Role.EDITOR,
    Action.MANAGE_MEMBERS: Role.OWNER,
    Action.SET_RETENTION: Role.OWNER,
}
_RANK: Final = {Role.VIEWER: 1, Role.OPERATOR: 2, Role.EDITOR: 3, Role.OWNER: 4}


def _sees_all(user: User) -> bool:
    return bool(user.is_active and getattr(user, "is_superuser", False))


def role_in(user: User, project: Project) -> Role | None:
    """Return the user's role in the project, or None; a superuser owns every project."""
    if not user.is_active:
        return None
    if _sees_all(user):
        return Role.OWNER
    role = Membership.objects.filter(user_id=user.pk, project=project).values_list("role", flat=True).first()
    return Role(role) if role else None


def roles_of(user: User) -> dict[int, Role]:
    """Return the user's role by project id, for all the projects the user sees, in one query."""
    if not user.is_active:
        return {}
    if _sees_all(user):
        return dict.fromkeys(Project.objects.values_list("pk", flat=True), Role.OWNER)
    rows = Membership.objects.filter(user_id=user.pk).values_list("project_id", "role")
    return {project: Role(role) for project, role in rows}


def allows(role: Role | None, action: Action) -> bool:
    """Say whether a role includes an action."""
    return role is not None and _RANK[role] >= _RANK[LEAST_ROLE[action]]


def require(user: User, action: Action | str, project: Project) -> Role:
    """Return the user's role when it allows the action.

    Raises ``NotFoundError`` when the user cannot even see the project, ``ForbiddenError`` when the role is too low.
    """
    action = Action(action)
    role = role_in(user, project)
    if role is None:
        raise NotFoundError
    if not allows(role, action):
        needed = LEAST_ROLE[action].value
        raise ForbiddenError(
            f"You are {role.value} of the project “{project.name}”; this needs the role {needed}.",
            role=role.value,
            required_role=needed,
        )
    return role


def visible_projects(user: User) -> QuerySet[Project]:
    """Return the projects the user is a member of (all, for a superuser)."""
    if not user.is_active:
        return Project.objects.none()
    if _sees_all(user):
        return Project.objects.all()
    return Project.objects.filter(memberships__user_id=user.pk)


def visible(rows: QuerySet[M], user: User, project: str = "project") -> QuerySet[M]:
    """Narrow a query set to what is in the user's projects; ``project`` is the path to the project's key."""
    if _sees_all(user):
        return rows
    lookup: dict[str, Any] = {f"{project}__in": visible_projects(user)}
    return rows.filter(**lookup)
