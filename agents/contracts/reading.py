"""Finding contracts, versions and schemas; schemas that were read once stay in memory, as they never change."""

from functools import lru_cache
from typing import Final, Literal

import msgspec
from django.db.models import QuerySet

from agents.contracts.errors import (
    BadContractError,
    BadVersionError,
    UnknownContractError,
    UnknownSchemaError,
    UnknownVersionError,
)
from agents.contracts.formats import ContractSchema, Reference, SchemaType, parse
from agents.contracts.formats.base import MAX_REFERENCES
from agents.contracts.models import Contract, ContractSettings, ContractVersion, Schema
from agents.domain.contracts.compatibility import Level

LATEST: Final = "latest"
MAX_NUMBER: Final = 2**31 - 1
MAX_REFERENCE_DEPTH: Final = 20
Which = Literal["live", "deleted", "all"]


def settings() -> ContractSettings:
    """Return what holds for all."""
    return ContractSettings.objects.first() or ContractSettings()


def level_of(contract: Contract | None) -> Level:
    """Return the compatibility level that holds."""
    return Level((contract.compatibility if contract else "") or settings().compatibility)


def mode_of(contract: Contract | None) -> str:
    """Return the mode that holds: READWRITE or READONLY."""
    if contract is not None and contract.system:
        return "READONLY"
    return (contract.mode if contract else "") or settings().mode


def contract(name: str, *, deleted: bool = False) -> Contract:
    """Return the contract; UnknownContractError unless it has a live version (``deleted``: any version)."""
    found = Contract.objects.filter(name=name).first()
    if found is None or not (deleted or found.versions.filter(deleted=False).exists()):
        raise UnknownContractError(f"There is no contract “{name[:255]}”.", subject=name[:255])
    return found


def versions(found: Contract, which: Which = "live") -> QuerySet[ContractVersion]:
    """Return the versions, oldest first."""
    rows = found.versions.select_related("schema", "contract").order_by("number")
    return rows if which == "all" else rows.filter(deleted=which == "deleted")


def version(found: Contract, number: str | int, *, deleted: bool = False) -> ContractVersion:
    """Return a version by its number, by ``latest`` (or -1) or by its semantic version.

    BadVersionError for what is none of these; UnknownVersionError when there is none.
    """
    rows = versions(found, "all" if deleted else "live")
    text = str(number)
    if text in (LATEST, "-1"):
        row = rows.last()
    elif text.isascii() and text.isdigit() and 0 < int(text[:11]) <= MAX_NUMBER:
        row = rows.filter(number=int(text)).first()
    elif text.count(".") == 2:
        row = rows.filter(semver=text).first()
    else:
        raise BadVersionError(f"“{text[:40]}” is no version: {BadVersionError.__doc__}")
    if row is None:
        raise UnknownVersionError(f"“{found.name}” has no version {text}.", subject=found.name, version=text)
    return row


def schema(schema_id: int) -> Schema:
    """Return the schema of this number; UnknownSchemaError when there is none (any more)."""
    row = Schema.objects.filter(pk=schema_id).first() if 0 < schema_id <= MAX_NUMBER else None
    if row is None:
        raise UnknownSchemaError(f"There is no schema {schema_id}.", schema=schema_id)
    return row


def read(row: Schema) -> ContractSchema:
    """Return the schema, ready to use."""
    return _read(row.pk, row.digest)


@lru_cache(maxsize=512)
def _read(schema_id: int, _digest: str) -> ContractSchema:
    row = Schema.objects.get(pk=schema_id)
    return parse_with(SchemaType(row.schema_type), row.text, references_of(row), row.compiled)


def references_of(row: Schema) -> tuple[Reference, ...]:
    """Return what a schema refers to."""
    return msgspec.convert(row.references, tuple[Reference, ...])


def parse_with(
    schema_type: SchemaType, text: str, references: tuple[Reference, ...], compiled: str = ""
) -> ContractSchema:
    """Return a schema with what it refers to; BadContractError names what is wrong."""
    return parse(schema_type, text, resolved(references, schema_type), compiled)


def resolved(references: tuple[Reference, ...], schema_type: SchemaType) -> dict[str, ContractSchema]:
    """Return the schemas references lead to, by name, those they refer to included; BadContractError."""
    found: dict[str, ContractSchema] = {}
    waiting = [(each, 0, f"/references/{index}") for index, each in enumerate(references)]
    while waiting:
        each, depth, place = waiting.pop(0)
        if each.name in found:
            continue
        row = (
            ContractVersion.objects.select_related("schema")
            .filter(contract__name=each.subject, number=each.version)
            .first()
        )
        if row is None:
            message = f"“{each.name}” refers to version {each.version} of “{each.subject}”, which there is not."
            raise BadContractError(message, field=place)
        if row.schema.schema_type != schema_type:
            message = f"“{each.subject}” is of the type {row.schema.schema_type}, not {schema_type}."
            raise BadContractError(message, field=place)
        found[each.name] = read(row.schema)
        if len(found) > MAX_REFERENCES or depth >= MAX_REFERENCE_DEPTH:
            raise BadContractError(f"A schema may refer to at most {MAX_REFERENCES} others.", field="/references")
        waiting += [(inner, depth + 1, place) for inner in references_of(row.schema)]
    return found
