"""The short way to write an intent schema, and the JSON Schemas (2020-12) it stands for (features A5).

    {"input": "string", "output_format": "json|png"}

is the whole of it for most agents. ``expand`` takes the short form, the full form (both sides are JSON Schemas), or one
side of each. On a side, ``input`` or ``output``, stands

* a **type**: the side is an object with one property, ``input`` or ``output``, of that type;
* or an **object of names and types**: the side has these properties;
* or a **JSON Schema**: an object whose ``type`` is ``object``, or that has ``properties`` or ``$ref``.

A type is ``string``, ``number``, ``integer``, ``boolean``, ``object``, ``any`` (the same as ``json``), ``file``, ``table``
or ``chart`` (docs/wire.md, values); ``string[]`` is a list of them, ``string|integer`` one of several, and ``?`` at the
end, as in ``"integer?"``, makes a property optional. A list of texts, ``["low", "high"]``, allows exactly these.

``output_format`` names the forms the output may have: ``json``, ``text``, ``html``, ``markdown``, or a file by its usual
ending (``png``, ``svg``, ``pdf``, ``csv``, ``parquet``, ``xlsx``, ``zip``, ``file``), or ``table``, ``chart``. The output
gets a property of each name; with several, it has at least one of them, and the input gets the optional property
``output_format``, in which a caller may choose, the first being the default.
"""

from copy import deepcopy
from typing import Any, Final

from agentcluster.errors import BadInputError
from agents.domain.manifest import IntentSchema, JSONSchema
from agents.domain.value_schemas import ARTIFACT, CHART

_FILE: Final[JSONSchema] = {"x-type": "file", **ARTIFACT}
_TABLE: Final[JSONSchema] = {
    "x-type": "table",
    "type": "object",
    "required": ["columns", "row_count", "data"],
    "properties": {
        "columns": {"type": "array", "items": {"type": "object", "required": ["name", "type"]}},
        "row_count": {"type": "integer", "minimum": 0},
        "preview": {"type": "array"},
        "data": ARTIFACT,
    },
}
_CHART: Final[JSONSchema] = {"x-type": "chart", **CHART}
TYPES: Final[dict[str, JSONSchema]] = {
    "string": {"type": "string"},
    "number": {"type": "number"},
    "integer": {"type": "integer"},
    "boolean": {"type": "boolean"},
    "object": {"type": "object"},
    "array": {"type": "array"},
    "any": {},
    "json": {},
    "file": _FILE,
    "table": _TABLE,
    "chart": _CHART,
}
"""What each word for a type stands for."""
_TEXT: Final = ("text", "html", "markdown")
_FILES: Final = ("png", "svg", "jpeg", "pdf", "csv", "parquet", "xlsx", "zip", "file")
FORMATS: Final[dict[str, JSONSchema]] = {
    "json": {},
    **{name: {"type": "string"} for name in _TEXT},
    **dict.fromkeys(_FILES, _FILE),
    "table": _TABLE,
    "chart": _CHART,
}
"""What each word of ``output_format`` stands for."""
_SIDES: Final = ("input", "output", "output_format")


class ShortSchemaError(BadInputError):
    """An intent schema is written such as {"input": "string", "output_format": "json|png"}."""

    code = "bad_intent_schema"
    status = 422


def expand(given: Any) -> IntentSchema:
    """Return the intent schema that the short form, the full form or a mixture of both stands for.

    Raises ``ShortSchemaError`` with ``errors`` = ``[{"field", "message", "code"}]``. What it returns is not checked for
    being valid JSON Schema where the full form was given: ``agents.registry.check`` does that.
    """
    if not isinstance(given, dict):
        raise _error("", "is an object with input and output, or input and output_format")
    for name in given:
        if name not in _SIDES:
            raise _error(f"/{name}", f"is not known here; there are {', '.join(_SIDES)}")
    if "output" in given and "output_format" in given:
        raise _error("/output_format", "stands beside output; give one of the two")
    source = _side(given.get("input", {}), "input")
    if "output_format" not in given:
        return IntentSchema(source, _side(given.get("output", {}), "output"))
    formats = _formats(given["output_format"])
    return IntentSchema(_with_choice(source, formats), _output_of(formats))


def is_full(side: Any) -> bool:
    """Return whether a side is written as a JSON Schema already."""
    return isinstance(side, dict) and (side.get("type") == "object" or "properties" in side or "$ref" in side)


def _side(given: Any, side: str) -> JSONSchema:
    if is_full(given):
        return deepcopy(given)
    if isinstance(given, dict):
        return _object(given, f"/{side}")
    return _object({side: given}, "")


def _object(properties: dict[str, Any], where: str) -> JSONSchema:
    schemas, required = {}, []
    for name, given in properties.items():
        schemas[name], needed = _property(given, f"{where}/{name}")
        if needed:
            required.append(name)
    return {"type": "object", "properties": schemas, "required": required, "additionalProperties": False}


def _property(given: Any, where: str) -> tuple[JSONSchema, bool]:
    """Return the schema of a property, and whether it must be there."""
    if isinstance(given, dict):
        return deepcopy(given), True
    if isinstance(given, list):
        if not given or not all(isinstance(each, str) for each in given):
            raise _error(where, "a list names the texts that are allowed, at least one")
        return {"enum": [*dict.fromkeys(given)]}, True
    if not isinstance(given, str):
        raise _error(where, f"is a type such as string, not {given!r:.40}")
    text = given.strip()
    optional = text.endswith("?")
    names = [word.strip() for word in text.removesuffix("?").split("|")]
    kinds = [_type(name, where) for name in names]
    return (kinds[0] if len(kinds) == 1 else _any_of(kinds)), not optional


def _type(name: str, where: str) -> JSONSchema:
    if name.endswith("[]"):
        return {"type": "array", "items": _type(name[:-2], where)}
    return _known(name, TYPES, where, "type")


def _any_of(kinds: list[JSONSchema]) -> JSONSchema:
    plain = [kind["type"] for kind in kinds if set(kind) == {"type"}]
    return {"type": plain} if len(plain) == len(kinds) else {"anyOf": kinds}


def _formats(given: Any) -> list[str]:
    if not isinstance(given, str):
        raise _error("/output_format", "is a text such as json|png")
    formats = [*dict.fromkeys(word.strip() for word in given.split("|"))]
    for name in formats:
        _known(name, FORMATS, "/output_format", "format")
    return formats


def _output_of(formats: list[str]) -> JSONSchema:
    schema = {
        "type": "object",
        "properties": {name: deepcopy(FORMATS[name]) for name in formats},
        "additionalProperties": False,
    }
    return {**schema, "required": formats} if len(formats) == 1 else {**schema, "minProperties": 1}


def _with_choice(source: JSONSchema, formats: list[str]) -> JSONSchema:
    properties = source.get("properties", {})
    if len(formats) == 1 or "output_format" in properties:
        return source
    choice = {"title": "Output format", "enum": formats, "default": formats[0]}
    return {**source, "properties": {**properties, "output_format": choice}}


def _known(name: str, words: dict[str, JSONSchema], where: str, kind: str) -> JSONSchema:
    if name not in words:
        raise _error(where, f"“{name[:40]}” is no {kind}; there are {', '.join(words)}")
    return deepcopy(words[name])


def _error(field: str, message: str) -> ShortSchemaError:
    place = f" at {field}" if field else ""
    found = [{"field": field, "message": f"{message}.", "code": "intent"}]
    return ShortSchemaError(f"The intent schema{place}: {message}.", errors=found)
