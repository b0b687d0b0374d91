"""Requests and answers of the dialect."""

from typing import Any

import msgspec

from agentcluster.errors import BadInputError
from agents.contracts import reading
from agents.contracts.errors import BadContractError
from agents.contracts.formats import Reference, SchemaType
from agents.contracts.formats.base import MAX_REFERENCES
from agents.contracts.formats.protobuf import ProtobufSchema
from agents.contracts.models import ContractVersion, Schema


class Asked(msgspec.Struct, frozen=True):
    """A schema somebody sent."""

    schema_type: SchemaType
    text: str
    references: tuple[Reference, ...]


def asked(body: Any) -> Asked:
    """Return the schema in a request; BadContractError names the field."""
    if not isinstance(body, dict):
        raise BadInputError("The request is a JSON object with “schema”.")
    text = body.get("schema")
    if not isinstance(text, str) or not text.strip():
        raise BadContractError("“schema” must be the schema as text.", field="/schema")
    kind = body.get("schemaType") or "AVRO"
    if kind not in SchemaType.__members__:
        raise BadContractError(f"“{str(kind)[:40]}” is no type: AVRO, PROTOBUF or JSON.", field="/schemaType")
    return Asked(SchemaType(kind), text, references(body.get("references") or []))


def references(given: Any) -> tuple[Reference, ...]:
    """Return references as they are sent; BadContractError."""
    try:
        found = msgspec.convert(given, tuple[Reference, ...])
    except msgspec.ValidationError as error:
        raise BadContractError(f"The references cannot be read: {error}", field="/references") from error
    if len(found) > MAX_REFERENCES:
        raise BadContractError(f"A schema may refer to at most {MAX_REFERENCES} others.", field="/references")
    return found


def schema_body(row: Schema, how: str = "") -> dict[str, Any]:
    """Return a schema; ``how`` is ``serialized`` for a Protobuf descriptor in Base64."""
    body: dict[str, Any] = {"schema": row.text, "schemaType": row.schema_type}
    if row.schema_type == SchemaType.PROTOBUF and how == "serialized":
        parsed = reading.read(row)
        assert isinstance(parsed, ProtobufSchema), "a schema is read by its type"
        body["schema"] = parsed.serialized
    if row.schema_type == SchemaType.AVRO:
        del body["schemaType"]  # as the original leaves it out
    if row.references:
        body["references"] = row.references
    return body


def version_body(row: ContractVersion, how: str = "") -> dict[str, Any]:
    """Return a version."""
    named = {"subject": row.contract.name, "version": row.number, "id": row.schema_id}
    return {**named, **schema_body(row.schema, how)}
