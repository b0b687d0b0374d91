"""The manifest of an agent, from its function."""

from collections.abc import Callable
from typing import Any, Final

import msgspec

from agentcluster.sdk.declare import Declaration, declaration_of
from agentcluster.sdk.errors import DeclarationError
from agentcluster.sdk.files import FILE_SCHEMA, File

_REFS: Final = "#/$defs/"
_DEPTH: Final = 40


def manifest_of(function: Callable[..., Any], entry_point: str = "") -> dict[str, Any]:
    """Return what stands in ``agent.yaml``, with the JSON Schemas of input and output; DeclarationError."""
    declared = declaration_of(function)
    source = declared.function
    return {
        "name": declared.name,
        "version": declared.version,
        "title": {"en": declared.title},
        "description": {"en": declared.description or declared.title},
        "capabilities": [*declared.capabilities],
        "intent": {"input": input_schema(declared), "output": output_schema(declared)},
        "entry_point": entry_point or f"{source.__module__}:{source.__name__}",
        "runtime": "bundle",
        **declared.details,
    }


def input_schema(declared: Declaration) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the input: an object with a property for each parameter."""
    return {key: value for key, value in _schema(declared.input, "input").items() if key != "title"}


def output_schema(declared: Declaration) -> dict[str, Any]:
    """Return the JSON Schema of the output, which must be an object."""
    schema = _schema(declared.output, "output")
    if schema.get("type") != "object":
        raise DeclarationError(
            f"{declared.name} must return an object with fields (a dataclass, Struct, TypedDict or dict): they are its ports."
        )
    return {key: value for key, value in schema.items() if key != "title"}


def _schema(kind: Any, what: str) -> dict[str, Any]:
    try:
        (schema,), parts = msgspec.json.schema_components([kind], ref_template=_REFS + "{name}")
    except (TypeError, NotImplementedError) as error:
        raise DeclarationError(f"The {what} has a type without a JSON Schema: {error}.") from error
    parts = {name: FILE_SCHEMA if "$artifact" in part.get("properties", {}) else part for name, part in parts.items()}
    if kind is File:
        return FILE_SCHEMA
    looped = {name for name in parts if _reaches(parts, name, name, set())}
    flat: dict[str, Any] = _inlined(schema, parts, looped, 0)
    if schema.get("$ref", "").removeprefix(_REFS) in looped:
        flat = _inlined(parts[schema["$ref"].removeprefix(_REFS)], parts, looped, 0)
    if looped:
        flat["$defs"] = {name: _inlined(parts[name], parts, looped, 0) for name in sorted(looped)}
    return flat


def _inlined(schema: Any, parts: dict[str, Any], looped: set[str], depth: int) -> Any:
    """Return the schema with references replaced by what they mean, but for those that come back to themselves."""
    if isinstance(schema, list):
        return [_inlined(each, parts, looped, depth + 1) for each in schema]
    if not isinstance(schema, dict) or depth > _DEPTH:
        return schema
    name = str(schema.get("$ref", "")).removeprefix(_REFS)
    if name and name not in looped and name in parts:
        beside = {key: value for key, value in schema.items() if key != "$ref"}
        return {**_inlined(parts[name], parts, looped, depth + 1), **beside}
    return {key: _inlined(value, parts, looped, depth + 1) for key, value in schema.items()}


def _reaches(parts: dict[str, Any], start: str, goal: str, seen: set[str]) -> bool:
    for name in _references(parts.get(start, {})):
        if name == goal:
            return True
        if name not in seen:
            seen.add(name)
            if _reaches(parts, name, goal, seen):
                return True
    return False


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for each in schema for name in _references(each)]
    if not isinstance(schema, dict):
        return []
    own = [str(schema["$ref"]).removeprefix(_REFS)] if isinstance(schema.get("$ref"), str) else []
    return own + [name for value in schema.values() for name in _references(value)]
