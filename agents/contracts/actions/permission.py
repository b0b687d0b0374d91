"""Who may change contracts: all projects share them."""

from django.contrib.auth.models import User

from agentcluster.security.models import Membership, Role
from agents.contracts.errors import NotYoursError, ReadOnlyError
from agents.contracts.models import Contract
from agents.contracts.reading import mode_of


def require_editor(user: User) -> None:
    """Pass for superusers and for whoever is editor or owner of a project; raises NotYoursError."""
    if user.is_active and user.is_superuser:
        return
    roles = [Role.EDITOR, Role.OWNER]
    if not user.is_active or not Membership.objects.filter(user_id=user.pk, role__in=roles).exists():
        raise NotYoursError


def require_administrator(user: User) -> None:
    """Pass for superusers: what holds for all contracts, and deleting for good; raises NotYoursError."""
    if not (user.is_active and user.is_superuser):
        raise NotYoursError("Only an administrator may do this: it concerns contracts of all projects, or is for good.")


def require_writable(contract: Contract | None) -> None:
    """Pass unless the contract, or the whole registry, is read only; raises ReadOnlyError."""
    if contract is not None and contract.system:
        raise ReadOnlyError(f"“{contract.name}” is one of the system's own messages, which it registers itself.")
    if mode_of(contract) == "READONLY":
        name = f"“{contract.name}”" if contract is not None else "The registry"
        raise ReadOnlyError(f"{name} is read only at the moment; set its mode to READWRITE first.")
