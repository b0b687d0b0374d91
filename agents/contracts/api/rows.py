"""Contracts as the API shows them."""

import datetime as dt
from typing import Any

import msgspec
from django.conf import settings
from django.contrib.auth.models import User
from django.db.models import Count, Prefetch, Q, QuerySet

from agentcluster.errors import UnavailableError
from agentcluster.security.permissions import Action, allows, roles_of
from agentcluster.streams import rejected
from agentcluster.streams.connections import SyncClient, sync_client
from agents.contracts import access, reading
from agents.contracts.actions.delete import referenced_by
from agents.contracts.models import Contract, ContractSettings, ContractVersion

Row = dict[str, Any]
_clients: dict[str, SyncClient] = {}


def redis() -> SyncClient:
    """Return the client that this process's views share."""
    url: str = settings.REDIS_URL
    return _clients.setdefault(url, sync_client(url))


def counts() -> dict[str, int] | None:
    """Return how many messages of each contract were rejected; None while Redis is away."""
    try:
        return rejected.counts(redis())
    except UnavailableError:
        return None


def listed() -> QuerySet[Contract]:
    """Return contracts that have a live version, with their versions loaded."""
    live = ContractVersion.objects.filter(deleted=False).select_related("schema", "created_by").order_by("number")
    return (
        Contract.objects.annotate(live=Count("versions", filter=Q(versions__deleted=False)))
        .filter(live__gt=0)
        .select_related("project")
        .prefetch_related(Prefetch("versions", live, to_attr="live_versions"))
    )


def version_row(row: ContractVersion) -> Row:
    """Return a version without its schema."""
    return {
        "number": row.number,
        "version": row.semver,
        "schema_id": row.schema_id,
        "schema_type": row.schema.schema_type,
        "digest": row.schema.digest,
        "created_at": row.created_at,
        "created_by": row.created_by.get_username() if row.created_by else "",
    }


def text_row(row: ContractVersion) -> Row:
    """Return a version with its schema."""
    used = referenced_by(row.contract.name, [row.number])
    return {
        **version_row(row),
        "schema": pretty(row.schema.schema_type, row.schema.text),
        "references": row.schema.references,
        "referenced_by": used,
    }


def pretty(schema_type: str, text: str) -> str:
    """Return a schema as people read it: JSON with a line for each member."""
    if schema_type == "PROTOBUF":
        return text
    try:
        return msgspec.json.format(text, indent=2)
    except msgspec.DecodeError:
        return text


class ContractRows:
    """Contracts as one reader sees them; what holds for all of them is read once."""

    def __init__(self, user: User) -> None:
        """Read the settings, the reader's roles and the counts of rejected messages."""
        self._everywhere, self._counts = reading.settings(), counts()
        self._operator, self._roles = access.may_bind(user), roles_of(user)

    def row(self, contract: Contract) -> Row:
        """Return a contract of ``listed``."""
        row = contract_row(contract, self._counts, self._everywhere)
        role = self._roles.get(contract.project_id or 0)
        seen = contract.project is not None and (role is not None or self._operator)
        may = {
            "change": not contract.system and (self._operator or allows(role, Action.EDIT)),
            "bind": not contract.system and self._operator,
            "see_rejected": self._operator or role is not None,
        }
        return {**row, "project": contract.project.slug if contract.project and seen else None, "may": may}


def contract_row(contract: Contract, found: dict[str, int] | None, everywhere: ContractSettings) -> Row:
    """Return what every reader may know of a contract of ``listed``."""
    versions: list[ContractVersion] = contract.live_versions  # type: ignore[attr-defined]  # set by Prefetch
    return {
        "name": contract.name,
        "pattern": contract.pattern,
        "compatibility": contract.compatibility or everywhere.compatibility,
        "own_compatibility": bool(contract.compatibility),
        "mode": "READONLY" if contract.system else contract.mode or everywhere.mode,
        "own_mode": contract.system or bool(contract.mode),
        "for_all": {"compatibility": everywhere.compatibility, "mode": everywhere.mode},
        "system": contract.system,
        "latest": version_row(versions[-1]),
        "versions": len(versions),
        "rejected": None if found is None else found.get(contract.name, 0),
        "updated_at": contract.updated_at,
    }


def rejected_row(entry_id: str, data: bytes) -> Row:
    """Return a rejected message."""
    entry = msgspec.json.decode(data)
    return {
        "id": entry_id,
        "at": dt.datetime.fromtimestamp(entry["at"] / 1000, dt.UTC),
        **{name: entry.get(name, "") for name in ("subject", "version", "side", "by", "payload")},
        "errors": entry.get("errors", []),
        "size": entry.get("size", 0),
        "encoding": entry.get("encoding", "text"),
        "headers": entry.get("headers", {}),
    }
