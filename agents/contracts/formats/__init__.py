"""Schemas of each type: read, compared, and messages encoded and decoded as they say."""

from collections.abc import Callable, Mapping
from typing import Final

from agents.contracts.errors import BadContractError
from agents.contracts.formats.avro import AvroSchema
from agents.contracts.formats.base import MAX_SCHEMA_BYTES, ContractSchema, Reference, SchemaType
from agents.contracts.formats.json_schema import JsonContract
from agents.contracts.formats.protobuf import ProtobufSchema

__all__ = ["MAX_SCHEMA_BYTES", "ContractSchema", "Reference", "SchemaType", "parse"]

_PARSERS: Final[Mapping[SchemaType, Callable[[str, Mapping[str, ContractSchema], str], ContractSchema]]] = {
    SchemaType.AVRO: AvroSchema.parse,
    SchemaType.PROTOBUF: ProtobufSchema.parse,
    SchemaType.JSON: JsonContract.parse,
}


def parse(
    schema_type: SchemaType, text: str, references: Mapping[str, ContractSchema] | None = None, compiled: str = ""
) -> ContractSchema:
    """Return the schema; BadContractError says what is wrong with it.

    ``references`` are the schemas it refers to, by the names it uses for them; ``compiled`` is what ``compiled`` of the
    same schema was, which saves work.
    """
    if not text.isascii() and any("\ud800" <= each <= "\udfff" for each in text):
        raise BadContractError("The schema holds half a character (a lone surrogate).", field="/schema")
    if len(text.encode()) > MAX_SCHEMA_BYTES:
        limit = MAX_SCHEMA_BYTES // 1024
        raise BadContractError(f"The schema is longer than {limit} KB.", field="/schema")
    return _PARSERS[schema_type](text, references or {}, compiled)
