"""Whether what one step gives can be what another takes, by their JSON Schemas (features C3).

Refuses only what can never fit; what a schema leaves open is left to the check of the real value at run time.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Schema = Mapping[str, Any]
ANYTHING: Schema = {}

_NAMES = {"integer": "a whole number", "number": "a number", "string": "text", "boolean": "true or false"}
_NAMES |= {"object": "an object", "array": "a list", "null": "nothing"}


def fits(given: Any, wanted: Any) -> str:
    """Return why a value of ``given`` can never be one of ``wanted``; empty when it can."""
    if not isinstance(given, Mapping) or not isinstance(wanted, Mapping):
        return ""  # `true` and `false` are schemas, too
    for keyword in ("anyOf", "oneOf"):
        if keyword in wanted:
            return _any(fits(given, option) for option in wanted[keyword])
        if keyword in given:
            return _any(fits(option, wanted) for option in given[keyword])
    mark, asked = given.get("x-type"), wanted.get("x-type")
    if asked and mark and mark != asked:
        return f"it takes a {asked}, this is a {mark}"
    if mark and not asked and types_of(wanted) == {"object"} and wanted.get("properties"):
        return f"it takes an object with its own fields, this is a {mark}"
    have, need = types_of(given), types_of(wanted)
    if have and need and not _overlap(have, need):
        return f"it takes {describe(wanted)}, this is {describe(given)}"
    if have == need == {"array"} and "items" in given and "items" in wanted:
        reason = fits(given["items"], wanted["items"])
        return f"in the list, {reason}" if reason else ""
    return ""


def schema_at(schema: Schema, path: Sequence[str]) -> tuple[Schema, str]:
    """Walk ``path`` and return (schema found, the first name that is not declared); an open schema gives ANYTHING."""
    current: Any = schema
    for name in path:
        if not isinstance(current, Mapping):
            return ANYTHING, ""
        properties = current.get("properties", {})
        if name in properties:
            current = properties[name]
        elif properties and current.get("additionalProperties") is not True:
            return ANYTHING, name
        else:
            return ANYTHING, ""
    return current, ""


def types_of(schema: Schema) -> set[str]:
    """Return the JSON types a schema allows; empty means any."""
    declared = schema.get("type")
    if isinstance(declared, str):
        return {declared}
    if isinstance(declared, list):
        return set(declared)
    if "enum" in schema:
        return {_type_name(value) for value in schema["enum"]}
    if "const" in schema:
        return {_type_name(schema["const"])}
    return {"object"} if "properties" in schema or "x-type" in schema else set()


def schema_of_value(value: Any) -> Schema:
    """Return the schema that says of which type a JSON value is."""
    return {"type": _type_name(value)}


def describe(schema: Schema) -> str:
    """Return what a schema allows, in words."""
    if "x-type" in schema:
        return f"a {schema['x-type']}"
    names = [_NAMES.get(name, name) for name in sorted(types_of(schema)) if name != "null"]
    return " or ".join(names) or "anything"


def _any(reasons: Any) -> str:
    collected = list(reasons)
    return "" if not collected or any(not reason for reason in collected) else str(collected[0])


def _overlap(have: set[str], need: set[str]) -> bool:
    numbers = {"integer", "number"}
    return bool(have & need) or bool(have & numbers and need & numbers and ("number" in need or "number" in have))


def _type_name(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    names = {int: "integer", float: "number", str: "string", list: "array", dict: "object"}
    return next((name for kind, name in names.items() if isinstance(value, kind)), "object")
