"""Avro contracts: read and written by fastavro, JSON values on the one side, Avro's binary encoding on the other.

Logical types travel as the type they stand on (a timestamp-millis is a whole number); bytes and fixed are Base64 in JSON.
"""

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any, Final

import fastavro
import fastavro._read_py as plain_reader
import msgspec
from fastavro.read import SchemaResolutionError
from fastavro.schema import SchemaParseException, UnknownType

from agents.contracts.errors import BadContractError
from agents.contracts.formats.avro_values import from_avro, read_default, to_avro
from agents.contracts.formats.base import BrokenError, ContractSchema, Fault, SchemaType
from agents.domain.contracts import avro as resolution
from agents.domain.contracts.avro_shape import is_recursive, json_schema_of, takes_no_bytes
from agents.domain.contracts.json_parts import canonical
from agents.domain.contracts.reasons import Reason

_TOP: Final = "__message__"
"""The record around every message: its one field takes no bytes more, and fastavro keeps what it knows of names there."""
_BROKEN: Final = (ValueError, TypeError, EOFError, KeyError, IndexError, OverflowError, AttributeError, RecursionError)


class AvroSchema:
    """An Avro schema with the named types it knows."""

    schema_type = SchemaType.AVRO
    compiled = ""

    def __init__(self, text: str, schema: Any, known: Mapping[str, Any]) -> None:
        """``known``: named types of schemas it refers to."""
        self.text, self.schema = text, schema
        self.names = resolution.collect(schema, dict(known))
        self.side = resolution.Side(schema, self.names)
        self.canonical = canonical(_normal(schema))
        named: dict[str, Any] = {}
        for name, each in known.items():
            if name in named:
                continue
            fastavro.parse_schema(_bare(each), named_schemas=named, _write_hint=False)
        top = {"type": "record", "name": _TOP, "fields": [{"name": "it", "type": _bare(schema)}]}
        self._parsed = fastavro.parse_schema(top, named_schemas=named)
        _fill_defaults(named)
        # fastavro's compiled reader would overrun the stack on data that nests as deep as it likes.
        self._deep = is_recursive(self.side)

    @classmethod
    def parse(cls, text: str, references: Mapping[str, ContractSchema], compiled: str = "") -> "AvroSchema":
        """See ``formats.parse``."""
        try:
            schema = msgspec.json.decode(text)
        except msgspec.DecodeError:
            schema = text.strip()  # a primitive may be written without quotes
            if schema not in resolution.PRIMITIVES:
                raise BadContractError("This is not JSON, and no primitive type of Avro.", field="/schema") from None
        except RecursionError as error:
            raise BadContractError("The schema is nested too deeply.", field="/schema") from error
        known: dict[str, Any] = {}
        for other in references.values():
            if isinstance(other, AvroSchema):
                known |= {name: each for name, each in other.names.items() if name not in known}
        try:
            made = cls(text, schema, known)
            empty = takes_no_bytes(made.side)
        except (SchemaParseException, UnknownType, *_BROKEN) as error:
            raise BadContractError(f"This is no Avro schema: {_said(error)}", field="/schema") from error
        if empty:
            raise BadContractError(
                f"The array at {empty} holds entries that take no bytes, so a short message could hold any number of "
                "them; give the entries a field, or count them in a long.",
                field="/schema",
            )
        return made

    def reads(self, writer: "AvroSchema") -> Iterable[Reason]:
        """See ``ContractSchema``."""
        return resolution.reasons(self.side, writer.side)

    def encode(self, value: Any) -> bytes:
        """See ``ContractSchema``."""
        try:
            made = to_avro(self.side, value)
            out = BytesIO()
            fastavro.schemaless_writer(out, self._parsed, {"it": made})
        except _BROKEN as error:
            raise BrokenError(Fault("", f"it cannot be written as Avro: {_said(error)}")) from error
        return out.getvalue()

    def decode(self, data: bytes, writer: "AvroSchema | None" = None, *, native: bool = False) -> Any:
        """See ``ContractSchema``."""
        try:
            return self._decoded(data, writer)
        except SchemaResolutionError:
            if writer is None:
                raise
            # The rules allow it, but not fastavro, which is stricter with aliases.
            return writer.decode(data)

    def _decoded(self, data: bytes, writer: "AvroSchema | None") -> Any:
        source = BytesIO(data)
        written, wanted = (self, None) if writer is None else (writer, self._parsed)
        try:
            if written._deep or self._deep:
                read: Any = plain_reader.schemaless_reader(source, written._parsed, wanted, return_record_name=False)
            else:
                read = fastavro.schemaless_reader(source, written._parsed, wanted)
            rest = len(data) - source.tell()
            if rest:
                raise BrokenError(Fault("", f"{rest} bytes are left over after the message"))
            return from_avro(read["it"])
        except _BROKEN as error:
            raise BrokenError(Fault("", f"it is no Avro message of this schema: {_said(error)}")) from error

    def shape(self, *, decoded: bool = False) -> Any:
        """See ``ContractSchema``."""
        return json_schema_of(self.side, decoded=decoded)


def _said(error: BaseException) -> str:
    return (str(error) or type(error).__name__)[:300]


def _fill_defaults(named: dict[str, Any]) -> None:
    """Have fastavro fill in defaults as values that it has read: bytes as bytes, records with all their fields."""
    side = resolution.Side(None, named)
    fields = [(name, field) for name, each in named.items() for field in each.get("fields", ()) if "default" in field]
    made = [read_default(side, field["type"], name.rpartition(".")[0], field["default"]) for name, field in fields]
    for (_, field), default in zip(fields, made, strict=True):
        field["default"] = default


def _bare(schema: Any) -> Any:
    """Return the schema without logical types."""
    if isinstance(schema, list):
        return [_bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        word: value if word in ("default", "doc", "symbols", "aliases") else _bare(value)
        for word, value in schema.items()
        if word not in ("logicalType", "precision", "scale")
    }


def _normal(schema: Any) -> Any:
    """Return the schema with ``{"type": "string"}`` written as ``"string"``."""
    if isinstance(schema, list):
        return [_normal(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.keys() == {"type"} and isinstance(schema["type"], str):
        return schema["type"]
    return {word: value if word == "default" else _normal(value) for word, value in schema.items()}
