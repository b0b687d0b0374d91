"""Who may do what with contracts.

Reading contracts and looking up schemas: whoever is logged in. Registering versions, level, mode, deleting: editors of the
project the contract belongs to. Binding contracts to subjects and agents decides what becomes of messages of every project,
so that, and giving contracts to another project, is for operators: staff, or holders of ``contracts.bind_contract``; they
may do what editors may, with every contract. Rejected messages hold what runs have sent: members of the contract's project
and operators may read them. What holds for all contracts, and deleting for good, is for superusers.
"""

from django.contrib.auth.models import User
from django.db.models import QuerySet

from agentcluster.errors import BadInputError, ForbiddenError
from agentcluster.security.models import Project
from agentcluster.security.permissions import Action, allows, role_in, roles_of, visible_projects
from agents.contracts.errors import ReadOnlyError
from agents.contracts.models import Contract
from agents.contracts.reading import mode_of

BIND = "contracts.bind_contract"


def may_bind(user: User) -> bool:
    """Return whether the user is an operator of contracts."""
    return user.is_active and (user.is_staff or user.has_perm(BIND))


def may_change(user: User, contract: Contract) -> bool:
    """Return whether the user may register versions, set level and mode, delete, and clear rejected messages."""
    if may_bind(user):
        return True
    return contract.project is not None and allows(role_in(user, contract.project), Action.EDIT)


def may_see_rejected(user: User, contract: Contract) -> bool:
    """Return whether the user may read messages that broke the contract."""
    return may_bind(user) or (contract.project is not None and role_in(user, contract.project) is not None)


def with_rejected(rows: QuerySet[Contract], user: User) -> QuerySet[Contract]:
    """Narrow to the contracts whose rejected messages the user may read."""
    return rows if may_bind(user) else rows.filter(project__in=visible_projects(user))


def require_bind(user: User) -> None:
    """Pass for operators, or raise ForbiddenError."""
    if not may_bind(user):
        raise ForbiddenError(
            "Which subject or agent a contract applies to concerns messages of all projects; only staff and holders of "
            "the permission “Can bind contracts to subjects and agents” may change it."
        )


def require_change(user: User, contract: Contract) -> None:
    """Pass, or raise ForbiddenError; ReadOnlyError of the system's own, which nobody changes."""
    if contract.system:
        raise ReadOnlyError(f"“{contract.name}” is one of the system's own messages, which it registers itself.")
    if not may_change(user, contract):
        raise ForbiddenError(
            f"“{contract.name}” belongs to another project, or to none; changing it needs the role editor in its project, "
            "or the permission “Can bind contracts to subjects and agents”."
        )


def may_clear(user: User, contract: Contract) -> bool:
    """Return whether the user may clear rejected messages; those of the system's own are the operators'."""
    return may_bind(user) if contract.system else may_change(user, contract)


def require_clear(user: User, contract: Contract) -> None:
    """Pass, or raise ForbiddenError."""
    if not may_clear(user, contract):
        raise ForbiddenError(
            f"Clearing the rejected messages of “{contract.name}” needs the role editor in its project, or the permission "
            "“Can bind contracts to subjects and agents”."
        )


def require_rejected(user: User, contract: Contract) -> None:
    """Pass, or raise ForbiddenError."""
    if not may_see_rejected(user, contract):
        raise ForbiddenError(
            "Rejected messages hold what runs have sent; reading them needs a role in the contract's project, or the "
            "permission “Can bind contracts to subjects and agents”."
        )


def require_administrator(user: User) -> None:
    """Pass for superusers: what holds for all contracts, and deleting for good; or raise ForbiddenError."""
    if not (user.is_active and user.is_superuser):
        raise ForbiddenError(
            "Only an administrator may do this: it concerns contracts of all projects, or is for good."
        )


def require_writable(contract: Contract | None) -> None:
    """Pass unless the contract, or the whole registry, is read only; raises ReadOnlyError."""
    if mode_of(contract) == "READONLY":
        name = f"“{contract.name}”" if contract is not None else "The registry"
        raise ReadOnlyError(f"{name} is read only at the moment; set its mode to READWRITE first.")


def home_of_new(user: User, slug: str = "") -> Project | None:
    """Return the project a new contract belongs to: that of ``slug``, else the first one the user edits.

    None, no project, for operators who edit none. BadInputError: no such project, or the user is not its editor.
    ForbiddenError: the user edits no project at all.
    """
    roles = roles_of(user)
    edited = [key for key, role in roles.items() if allows(role, Action.EDIT)]
    projects = Project.objects.filter(pk__in=edited).order_by("pk")
    if slug:
        return named_project(projects, slug)
    found = projects.first()
    if found is None and not may_bind(user):
        raise ForbiddenError("Registering a contract needs the role editor in some project.")
    return found


def named_project(projects: QuerySet[Project], slug: str) -> Project:
    """Return the one of that slug; BadInputError on ``/project``."""
    found = projects.filter(slug=slug).first() if "\0" not in slug else None
    if found is None:
        raise BadInputError(f"There is no project “{slug[:50]}” that you may give contracts to.", field="/project")
    return found
