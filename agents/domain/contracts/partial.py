"""Can a value that is known in part fit a JSON Schema? What is not known yet counts as fitting."""

from collections.abc import Callable, Iterator
from typing import Any

from agents.domain.contracts.json_parts import Path, Root
from agents.domain.schema_check import FieldError, check, pointer
from agents.domain.schema_keywords import SchemaUnusableError


def faults(schema: Any, value: Any, unknown: Callable[[Any], bool]) -> Iterator[FieldError]:
    """Yield what is surely wrong; ``unknown`` says of a part that it is worked out later."""
    yield from _faults(Root(schema), schema, value, unknown, ())


def _faults(root: Root, schema: Any, value: Any, unknown: Callable[[Any], bool], path: Path) -> Iterator[FieldError]:
    schema = root.at(schema)
    if schema is None or isinstance(schema, bool) or unknown(value):
        return
    if not _holds(value, unknown):
        try:
            for found in check(root.whole_with(schema), value):
                yield FieldError(pointer(path) + found.pointer, found.message, found.code)
        except SchemaUnusableError:
            return
    elif isinstance(value, dict):
        yield from _object(root, schema, value, unknown, path)
    elif isinstance(value, list) and "items" in schema:
        for index, each in enumerate(value):
            yield from _faults(root, schema["items"], each, unknown, (*path, index))


def _object(
    root: Root, schema: dict[str, Any], value: dict[str, Any], unknown: Callable[[Any], bool], path: Path
) -> Iterator[FieldError]:
    properties = schema.get("properties", {})
    for name in schema.get("required", ()):
        if name not in value:
            yield FieldError(pointer((*path, name)), "it is required", "required")
    for name, each in value.items():
        if name in properties:
            yield from _faults(root, properties[name], each, unknown, (*path, name))
        elif schema.get("additionalProperties") is False and "patternProperties" not in schema:
            yield FieldError(pointer((*path, name)), "there is no such field", "additionalProperties")


def _holds(value: Any, unknown: Callable[[Any], bool]) -> bool:
    if unknown(value):
        return True
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return any(_holds(each, unknown) for each in inner)
