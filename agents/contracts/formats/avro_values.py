"""JSON values as fastavro takes them: checked field by field, defaults filled in, the branch of each union chosen."""

import base64
import binascii
import math
from collections.abc import Callable, Mapping
from typing import Any, Final

from agents.contracts.formats.base import MAX_MESSAGE_DEPTH, BrokenError, Fault
from agents.domain.contracts.avro import Path, Side, full_name, kind_of
from agents.domain.schema_check import pointer

_RANGES: Final = {"int": 2**31, "long": 2**63}
_WORDS: Final = {
    **{"null": "null", "boolean": "true or false", "int": "a whole number", "long": "a whole number"},
    **{"float": "a number", "double": "a number", "string": "text", "bytes": "Base64 text", "fixed": "Base64 text"},
    **{"array": "a list", "map": "an object", "record": "an object", "enum": "text"},
}
_FLOAT_MAX: Final = 3.4028235677973366e38


def to_avro(side: Side, value: Any) -> Any:
    """Return the value; BrokenError says which field does not fit and why."""
    return _made(side, side.schema, "", value, ())


def from_avro(value: Any) -> Any:
    """Return what fastavro read as a JSON value."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {name: from_avro(each) for name, each in value.items()}
    if isinstance(value, list):
        return [from_avro(each) for each in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if math.isnan(value) else math.copysign(1.7976931348623157e308, value)
    return value


def _broken(path: Path, message: str) -> BrokenError:
    return BrokenError(Fault(pointer(path), message))


def _made(side: Side, schema: Any, space: str, value: Any, path: Path) -> Any:
    if len(path) > MAX_MESSAGE_DEPTH:
        raise _broken((), f"it is nested more than {MAX_MESSAGE_DEPTH} levels deep")
    schema, space = side.at(schema, space)
    if isinstance(schema, list):
        return _union(side, schema, space, value, path)
    kind = kind_of(schema)
    match kind:
        case "record":
            return _record(side, schema, space, value, path)
        case "array" if isinstance(value, list):
            return [_made(side, schema["items"], space, each, (*path, index)) for index, each in enumerate(value)]
        case "map" if isinstance(value, Mapping):
            return {name: _made(side, schema["values"], space, each, (*path, name)) for name, each in value.items()}
        case "enum" if isinstance(value, str):
            if value not in schema["symbols"]:
                raise _broken(path, f"“{value[:60]}” is none of {', '.join(schema['symbols'][:20])}")
            return value
        case "bytes" | "fixed" if isinstance(value, str):
            return _bytes(schema, kind, value, path)
    if kind in ("array", "map", "enum", "bytes", "fixed"):
        raise _wrong(kind, value, path)
    return _primitive(kind, value, path)


def _primitive(kind: str, value: Any, path: Path) -> Any:
    if kind == "null" and value is None:
        return None
    if (kind == "boolean" and isinstance(value, bool)) or (kind == "string" and isinstance(value, str)):
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if kind in _RANGES and number and (isinstance(value, int) or value.is_integer()):
        if not -_RANGES[kind] <= value < _RANGES[kind]:
            raise _broken(path, f"{value} does not fit into {kind}")
        return int(value)
    if kind in ("float", "double") and number:
        if kind == "float" and math.isfinite(value) and abs(value) > _FLOAT_MAX:
            raise _broken(path, f"{value} does not fit into float")
        return float(value)
    raise _wrong(kind, value, path)


def _wrong(kind: str, value: Any, path: Path) -> BrokenError:
    return _broken(path, f"it must be {_WORDS[kind]} ({kind}), not {_named(value)}")


def _bytes(schema: Any, kind: str, value: str, path: Path) -> bytes:
    try:
        made = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _broken(path, f"it must be Base64 text ({kind})") from error
    if kind == "fixed" and len(made) != schema["size"]:
        raise _broken(path, f"it must be {schema['size']} bytes, not {len(made)}")
    return made


def _record(side: Side, schema: Any, space: str, value: Any, path: Path) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise _wrong("record", value, path)
    fields = {field["name"]: field for field in schema["fields"]}
    for name in value:
        if name not in fields:
            raise _broken((*path, name), f"{schema['name']} has no such field")
    made = {}
    for name, field in fields.items():
        if name in value:
            made[name] = _made(side, field["type"], space, value[name], (*path, name))
        elif "default" in field:
            made[name] = _written_default(side, field["type"], space, field["default"])
        else:
            raise _broken((*path, name), "it is required")
    return made


def read_default(side: Side, schema: Any, space: str, value: Any) -> Any:
    """Return a default, as a schema writes it, as fastavro would have read it."""
    return _default(side, schema, space, value, lambda _branch, _space, made: made)


def _written_default(side: Side, schema: Any, space: str, value: Any) -> Any:
    return _default(side, schema, space, value, lambda branch, inner, made: _named_branch(side, branch, inner, made))


def _default(side: Side, schema: Any, space: str, value: Any, chosen: Callable[[Any, str, Any], Any]) -> Any:
    """Return a default as a schema writes it: bytes as text of code points 0 to 255, a union as its first branch."""
    schema, space = side.at(schema, space)
    if isinstance(schema, list):
        return chosen(schema[0], space, _default(side, schema[0], space, value, chosen))
    match kind_of(schema):
        case "bytes" | "fixed":
            return value.encode("latin-1")
        case "array":
            return [_default(side, schema["items"], space, each, chosen) for each in value]
        case "map":
            return {name: _default(side, schema["values"], space, each, chosen) for name, each in value.items()}
        case "record":
            return {
                field["name"]: _default(
                    side, field["type"], space, value.get(field["name"], field.get("default")), chosen
                )
                for field in schema["fields"]
            }
        case "float" | "double":
            return float(value)
    return value


def _named_branch(side: Side, branch: Any, space: str, made: Any) -> tuple[str, Any]:
    """Tell fastavro which branch of the union a value is of."""
    schema, inner = side.at(branch, space)
    return (full_name(schema, inner) if isinstance(schema, dict) and "name" in schema else kind_of(schema), made)


def _union(side: Side, branches: list[Any], space: str, value: Any, path: Path) -> Any:
    faults: list[BrokenError] = []
    for branch in branches:
        kind = kind_of(side.at(branch, space)[0])
        if kind in ("float", "double") and isinstance(value, int) and not isinstance(value, bool):
            made: Any = (
                float(value) if not any(kind_of(side.at(each, space)[0]) in _RANGES for each in branches) else None
            )
            if made is None:
                continue
        try:
            made = _made(side, branch, space, value, path)
        except BrokenError as error:
            faults.append(error)
            continue
        return _named_branch(side, branch, space, made)
    # The branch that came furthest says best what is wrong.
    if faults:
        raise max(faults, key=lambda error: len(error.faults[0].field))
    raise _broken(path, "it fits no branch of the union")


def _named(value: Any) -> str:
    kinds: list[tuple[type, str]] = [(bool, "true or false"), (int, "a whole number"), (float, "a number")]
    kinds += [(str, "text"), (list, "a list"), (dict, "an object")]
    return next((word for kind, word in kinds if isinstance(value, kind)), "null")
