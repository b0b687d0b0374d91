"""Delete versions: first marked as deleted, then for good, as the Confluent Schema Registry does."""

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q

from agentcluster.security import audit
from agents.contracts import reading
from agents.contracts.access import require_administrator, require_change, require_writable
from agents.contracts.actions.clear_rejected import forget
from agents.contracts.errors import (
    ContractDeletedError,
    ContractNotDeletedError,
    ReferencedError,
    VersionDeletedError,
    VersionNotDeletedError,
)
from agents.contracts.models import Contract, ContractVersion, Schema
from agents.contracts.publishing import publish_soon


def delete_contract(user: User, name: str, *, permanent: bool = False) -> list[int]:
    """Delete all versions and return their numbers; ``permanent``: of a contract that is deleted already.

    Raises ForbiddenError, ReadOnlyError, UnknownContractError, ContractDeletedError, ContractNotDeletedError,
    ReferencedError, StreamsUnavailableError.
    """
    found = reading.contract(name, deleted=True)
    require_administrator(user) if permanent else require_change(user, found)
    live = [*reading.versions(found)]
    if permanent and live:
        raise ContractNotDeletedError(f"“{name}” is not deleted yet: {ContractNotDeletedError.__doc__}")
    if not permanent and not live:
        raise ContractDeletedError(f"“{name}” is deleted already: {ContractDeletedError.__doc__}")
    require_writable(found)
    rows = [*reading.versions(found, "deleted")] if permanent else live
    with transaction.atomic():
        numbers = _delete(user, found, rows, permanent=permanent)
        if permanent:
            _end(found)
    return numbers


def delete_version(user: User, name: str, number: str, *, permanent: bool = False) -> int:
    """Delete one version and return its number; the errors of ``delete_contract``, of the version."""
    found = reading.contract(name, deleted=True)
    require_administrator(user) if permanent else require_change(user, found)
    row = reading.version(found, number, deleted=True)
    if permanent and not row.deleted:
        raise VersionNotDeletedError(f"Version {row.number} of “{name}” is not deleted yet.")
    if not permanent and row.deleted:
        raise VersionDeletedError(f"Version {row.number} of “{name}” is deleted already.")
    require_writable(found)
    with transaction.atomic():
        _delete(user, found, [row], permanent=permanent)
        if permanent and not found.versions.exists():
            _end(found)
    return row.number


def referenced_by(name: str, numbers: list[int]) -> list[int]:
    """Return the ids of the schemas (of live versions) that refer to one of these versions."""
    wanted = {(name, number) for number in numbers}
    rows = Schema.objects.filter(~Q(references=[]), versions__deleted=False).distinct().order_by("pk")
    return [
        row.pk for row in rows if any((each.subject, each.version) in wanted for each in reading.references_of(row))
    ]


def _end(found: Contract) -> None:
    # Whoever takes the name next may belong to another project, and must not see what was rejected before.
    forget(found)
    found.delete()


def _delete(user: User, found: Contract, rows: list[ContractVersion], *, permanent: bool) -> list[int]:
    numbers = [row.number for row in rows]
    if schemas := referenced_by(found.name, numbers):
        listed = ", ".join(str(each) for each in schemas[:5])
        raise ReferencedError(f"The schemas {listed} refer to “{found.name}”; delete those first.", schemas=schemas)
    if permanent:
        schema_ids = [row.schema_id for row in rows]
        ContractVersion.objects.filter(pk__in=[row.pk for row in rows]).delete()
        Schema.objects.filter(pk__in=schema_ids, versions=None).delete()
    else:
        ContractVersion.objects.filter(pk__in=[row.pk for row in rows]).update(deleted=True)
        if found.pattern and not reading.versions(found).exists():
            found.pattern = ""  # whoever registers it anew need not be somebody who may bind it
            found.save(update_fields=["pattern", "updated_at"])
    action = "contract.destroy" if permanent else "contract.delete"
    audit.announce(user, action, found.pk, found.name, found.project, versions=numbers)
    publish_soon()
    return numbers
