"""JSON Schema contracts (draft 2020-12). Nothing is ever fetched: references lead into the schema or to named ones."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from agents.contracts.errors import BadContractError
from agents.contracts.formats.base import MAX_SCHEMA_BYTES, BrokenError, ContractSchema, Fault, SchemaType
from agents.domain.contracts import json_schema as inclusion
from agents.domain.contracts.json_parts import canonical, escaped, pointed
from agents.domain.contracts.reasons import Reason
from agents.domain.schema_check import check, check_schema
from agents.domain.schema_keywords import SchemaUnusableError

MAX_WHOLE_BYTES: Final = 4 * MAX_SCHEMA_BYTES
"""Of a schema with all that it refers to: what is referred to twice stands there twice, so a few levels of it explode."""


class JsonContract:
    """A JSON Schema; ``whole`` is it with the schemas it refers to."""

    schema_type = SchemaType.JSON
    compiled = ""

    def __init__(self, text: str, schema: Any, whole: Any) -> None:
        """``schema`` is what ``text`` says."""
        self.text, self.whole = text, whole
        self.canonical = canonical(schema)
        self.size = len(msgspec.json.encode(whole))

    @classmethod
    def parse(cls, text: str, references: Mapping[str, ContractSchema], compiled: str = "") -> "JsonContract":
        """See ``formats.parse``."""
        try:
            schema = msgspec.json.decode(text)
        except (msgspec.DecodeError, RecursionError) as error:
            raise BadContractError(f"This is not JSON: {error}.", field="/schema") from error
        if not isinstance(schema, dict | bool):
            raise BadContractError("A JSON Schema is an object, true or false.", field="/schema")
        whole = _bundled(schema, references)
        faults = check_schema(whole)
        if faults:
            errors = [
                {"field": f"/schema{fault.pointer}", "message": fault.message, "code": "schema"} for fault in faults
            ]
            raise BadContractError(
                f"This is no JSON Schema: {faults[0].pointer or '/'} {faults[0].message}.", errors=errors
            )
        return cls(text, schema, whole)

    def reads(self, writer: "JsonContract") -> Iterable[Reason]:
        """See ``ContractSchema``."""
        return inclusion.reasons(self.whole, writer.whole)

    def encode(self, value: Any) -> bytes:
        """See ``ContractSchema``."""
        self._check(value)
        return msgspec.json.encode(value)

    def decode(self, data: bytes, writer: "JsonContract | None" = None, *, native: bool = False) -> Any:
        """See ``ContractSchema``."""
        if writer is not None:
            return writer.decode(data)
        try:
            value = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise BrokenError(Fault("", f"it is not JSON: {error}")) from error
        self._check(value)
        return value

    def shape(self, *, decoded: bool = False) -> Any:
        """See ``ContractSchema``."""
        return self.whole

    def _check(self, value: Any) -> None:
        try:
            faults = check(self.whole, value)
        except SchemaUnusableError as error:
            raise BrokenError(Fault("", error.message)) from error
        if faults:
            raise BrokenError(*(Fault(fault.pointer, fault.message) for fault in faults))


def _bundled(schema: Any, references: Mapping[str, ContractSchema]) -> Any:
    """Return the schema with those it refers to as definitions, and its references pointing there."""
    used = {name: other for name, other in references.items() if isinstance(other, JsonContract)}
    if not used or not isinstance(schema, dict):
        return schema
    if sum(other.size for other in used.values()) > MAX_WHOLE_BYTES:
        most = MAX_WHOLE_BYTES // 1024
        raise BadContractError(f"What the schema refers to is longer than {most} KB together.", field="/references")
    places = {name: f"ref:{name}" for name in used}
    bundled = pointed(schema, places, "")
    definitions = dict(bundled.get("$defs", {}))
    for name, other in used.items():
        inside = pointed(other.whole, {}, "#/$defs/" + escaped(places[name]))
        # An $id would make it a document of its own, out of which nothing leads.
        definitions[places[name]] = (
            {word: value for word, value in inside.items() if word != "$id"} if isinstance(inside, dict) else inside
        )
    bundled["$defs"] = definitions
    return bundled
