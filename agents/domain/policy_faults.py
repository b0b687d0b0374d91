"""What is wrong with a value, in words: the place as a JSON pointer, the rule, what was found."""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Final

import msgspec

SHOWN: Final = 60


class Fault(msgspec.Struct, frozen=True):
    """Something wrong (or, as a warning, odd) at a place of a document: ``field`` is a JSON pointer into it."""

    field: str
    code: str
    message: str


def check_field(value: Any, wanted: Any, at: str) -> Fault | None:
    """Return what is wrong with a value of the type ``wanted`` (with its msgspec constraints); None: nothing."""
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        _, _, path = str(error).rpartition(" - at `$")
        inner, found, schema = _inside(
            value, path.rstrip("`") if path != str(error) else "", msgspec.json.schema(wanted)
        )
        code = "out_of_range" if _is_of_type(found, schema) else "wrong_type"
        return Fault(at + inner, code, f"Must be {rule(schema)}; it is {shown(found)}.")
    return None


def unknown(name: str, known: Iterable[str], at: str, what: str) -> Fault:
    """Return the fault of a field that nobody knows, with the name it was probably meant to be."""
    listed = sorted(known)
    close = get_close_matches(name, listed, 1)
    hint = f"did you mean “{close[0]}”?" if close else f"there are {', '.join(listed)}."
    return Fault(f"{at}/{escaped(name)}", "unknown_field", f"{what} has no “{name[:SHOWN]}”; {hint}")


def escaped(name: str) -> str:
    """Return a name as part of a JSON pointer."""
    return name.replace("~", "~0").replace("/", "~1")


def shown(value: Any) -> str:
    """Return a value as a person reads it, cut where it is long."""
    if isinstance(value, (dict, list, tuple)):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value):,}"
    text = (
        json.dumps(value, ensure_ascii=False) if value is None or isinstance(value, (str, int, float)) else repr(value)
    )
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def rule(schema: dict[str, Any]) -> str:
    """Return in words what a schema of one field asks for."""
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    match schema.get("type"):
        case "integer":
            return _bounds("a whole number", schema.get("minimum"), schema.get("maximum"))
        case "number":
            return _bounds("a number", schema.get("minimum"), schema.get("maximum"))
        case "string":
            return _bounds("a text", schema.get("minLength"), schema.get("maxLength"), "characters")
        case "boolean":
            return "true or false"
        case "array":
            return _bounds("a list", schema.get("minItems"), schema.get("maxItems"), "items")
        case "object":
            return "an object"
    return "something else"


def _bounds(what: str, least: Any, most: Any, unit: str = "") -> str:
    words = f" {unit}" if unit else ""
    how = "of " if unit else ""
    if least is not None and most is not None:
        return f"{what} {how or 'from '}{least:,} to {most:,}{words}"
    if least is not None:
        return f"{what} of at least {least:,}{words}"
    return f"{what} of at most {most:,}{words}" if most is not None else what


def _inside(value: Any, path: str, schema: dict[str, Any]) -> tuple[str, Any, dict[str, Any]]:
    """Follow msgspec's path (``[2]``, ``[...]``) into a list or a map; return the pointer, the value and its schema."""
    if path.startswith("[") and path[1:-1].isdigit() and isinstance(value, (list, tuple)):
        return f"/{path[1:-1]}", value[int(path[1:-1])], schema.get("items", {})
    if path == "[...]" and isinstance(value, dict):
        each = schema.get("additionalProperties", {})
        wrong = next((name for name in value if not _fits(value[name], each)), None)
        return ("", value, schema) if wrong is None else (f"/{escaped(str(wrong))}", value[wrong], each)
    return "", value, schema


def _fits(value: Any, schema: dict[str, Any]) -> bool:
    least, most = schema.get("minimum", value), schema.get("maximum", value)
    return _is_of_type(value, schema) and (not isinstance(value, (int, float)) or least <= value <= most)


def _is_of_type(value: Any, schema: dict[str, Any]) -> bool:
    types: dict[str, tuple[type, ...]] = {
        "integer": (int,),
        "number": (int, float),
        "string": (str,),
        "boolean": (bool,),
        "array": (list, tuple),
        "object": (dict,),
    }
    wanted = types.get(schema.get("type", ""), (object,))
    return isinstance(value, wanted) and (bool not in map(type, [value]) or schema.get("type") == "boolean")
