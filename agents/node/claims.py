"""Large values that stand in the artifact store, put back into an agent's input (claim check; docs/wire.md).

A value over 64 KB travels as a reference to JSON. Where the agent's schema wants a file, a table or a chart, the
reference stays: it is what the agent expects. Where the schema wants something else (it names a type, properties, items
or values and no ``x-type``), the value itself takes the reference's place, and is looked through in turn. Where the
schema wants nothing in particular, the reference stays, too: an agent that takes anything takes files. A schema with
``x-whole: true`` wants values at any depth, whatever they are.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.artifacts.reference import KEY
from agentcluster.errors import AgentClusterError
from agents.domain.calls import CallError
from agents.domain.schema_check import pointer

MARK: Final = b'"$artifact"'
TOTAL_MAX: Final = 32 * 1024 * 1024
"""Bytes of all values put back into one input."""
DEPTH_MAX: Final = 64
BRANCHES_MAX: Final = 256
WHOLE: Final = "x-whole"
_SHAPES: Final = ("type", "properties", "items", "prefixItems", "enum", "const", "required", "pattern", WHOLE)
_COMBINED: Final = ("allOf", "anyOf", "oneOf")

Schemas = list[dict[str, Any]]


class ClaimError(AgentClusterError):
    """The input, or a large value of it, cannot be had."""

    code = "value_missing"

    def __init__(self, error: CallError) -> None:
        """``error`` is what the caller is told."""
        super().__init__(error.message)
        self.error = error


def may_hold_claims(data: bytes) -> bool:
    """Return whether an input, as JSON, could hold a reference: most do not, and cost nothing more."""
    return MARK in data


def read_input(schema: Any, data: bytes) -> Any:
    """Return the input in ``data`` (JSON) with its large parts in their places; ClaimError when that cannot be done.

    Blocking when it ``may_hold_claims``: reads files then.
    """
    try:
        value = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ClaimError(CallError("invalid_input", f"The input cannot be read: {error}")) from error
    return put_back(schema, value) if may_hold_claims(data) else value


def put_back(schema: Any, value: Any) -> Any:
    """Return ``value`` with its large parts in their places (blocking: reads files); ClaimError when one cannot be had."""
    return _Claims(schema).walk([schema] if isinstance(schema, dict) else [], value, ())


class _Claims:
    """One input on its way. ``left``: bytes that may still be put back."""

    def __init__(self, root: Any) -> None:
        self.root = root
        self.left = TOTAL_MAX

    def walk(self, schemas: Schemas, value: Any, path: tuple[str | int, ...]) -> Any:
        if len(path) > DEPTH_MAX:
            return value
        if isinstance(value, dict):
            if KEY in value:
                return self._resolved(schemas, value, path)
            return {key: self.walk(self._at(schemas, key, value), each, (*path, key)) for key, each in value.items()}
        if isinstance(value, list):
            return [self.walk(self._item(schemas, index), each, (*path, index)) for index, each in enumerate(value)]
        return value

    def _resolved(self, schemas: Schemas, value: dict[str, Any], path: tuple[str | int, ...]) -> Any:
        known = [*self._flat(schemas, value)]
        if any("x-type" in each or KEY in each.get("properties", {}) for each in known):
            return value
        if not any(word in each for each in known for word in _SHAPES):
            return value
        try:
            ref = artifacts.ArtifactRef.from_value(value)
        except AgentClusterError:
            return value
        if ref.media_type != "application/json":
            return value
        return self.walk(schemas, self._load(ref, path), path)

    def _load(self, ref: artifacts.ArtifactRef, path: tuple[str | int, ...]) -> Any:
        where, name = pointer(path), ref.name or ref.digest
        if ref.size > self.left:
            limit = TOTAL_MAX // (1024 * 1024)
            raise ClaimError(
                CallError("value_too_large", f"The large values of the input exceed {limit} MB.", field=where)
            )
        self.left -= ref.size
        try:
            return msgspec.json.decode(artifacts.read_bytes(ref))
        except AgentClusterError as error:
            message = f"The value '{name}' is not in the artifact store: {error.message}"
            raise ClaimError(CallError("value_missing", message, field=where)) from error
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            message = f"The value '{name}' in the artifact store is no JSON: {error}"
            raise ClaimError(CallError("invalid_input", message, field=where)) from error

    def _at(self, schemas: Schemas, key: str, value: dict[str, Any]) -> Schemas:
        """Return what the schemas of an object say of its property ``key``."""
        found: Schemas = []
        for schema in self._flat(schemas, value):
            named = schema.get("properties", {})
            other = schema.get("additionalProperties") if key not in named else None
            found += [each for each in (named.get(key), other) if isinstance(each, dict)]
            found += [{WHOLE: True}] if schema.get(WHOLE) else []
        return found

    def _item(self, schemas: Schemas, index: int) -> Schemas:
        found: Schemas = []
        for schema in self._flat(schemas, None):
            first = schema.get("prefixItems", [])
            each = first[index] if index < len(first) else schema.get("items")
            found += [each] if isinstance(each, dict) else []
            found += [{WHOLE: True}] if schema.get(WHOLE) else []
        return found

    def _flat(self, schemas: Schemas, value: Any) -> Iterator[dict[str, Any]]:
        """Go through schemas and all they combine and refer to, but for alternatives that ``value`` rules out."""
        waiting, seen = [*schemas], 0
        while waiting and seen < BRANCHES_MAX:
            schema, seen = waiting.pop(), seen + 1
            yield schema
            waiting += [self._referred(schema["$ref"])] if isinstance(schema.get("$ref"), str) else []
            branches = [each for word in _COMBINED for each in schema.get(word, [])]
            branches += [schema[word] for word in ("then", "else") if word in schema]
            waiting += [each for each in branches if isinstance(each, dict) and not _ruled_out(each, value)]

    def _referred(self, ref: str) -> dict[str, Any]:
        """Return the part of the schema that ``#/…`` points to; anything else says nothing."""
        found: Any = self.root
        for part in ref.removeprefix("#").split("/")[1:]:
            found = found.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(found, dict) else None
        return found if isinstance(found, dict) and ref.startswith("#") else {}


def _ruled_out(schema: dict[str, Any], value: Any) -> bool:
    """Return whether a constant property of an alternative is another in ``value``."""
    if not isinstance(value, dict):
        return False
    constants = ((key, each) for key, each in schema.get("properties", {}).items() if isinstance(each, dict))
    return any("const" in each and key in value and value[key] != each["const"] for key, each in constants)
