"""Does a value fit a JSON Schema (draft 2020-12)? Answered with messages a person understands.

Used by nodes for agent input and output, and by the API for run input.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Final

import msgspec
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError
from referencing.jsonschema import EMPTY_REGISTRY

from agents.domain.schema_words import WORDS, stranger

MAX_ERRORS: Final = 20


class FieldError(msgspec.Struct, frozen=True):
    """One thing wrong: ``pointer`` (JSON Pointer, empty for the whole value), the message, the schema keyword."""

    pointer: str
    message: str
    code: str


def check(schema: Any, value: Any) -> list[FieldError]:
    """Return what is wrong with ``value``, at most 20 things in the order of the value; empty when it fits.

    Defaults are not filled in; formats are checked; a ``$ref`` never leaves the schema.
    """
    if schema is True or schema == {}:
        return []
    errors = _validator(msgspec.json.encode(schema, order="sorted")).iter_errors(value)
    found = [field for error in errors for field in _fields(error)]
    return sorted(dict.fromkeys(found), key=lambda field: field.pointer)[:MAX_ERRORS]


def check_schema(schema: Any) -> list[FieldError]:
    """Return what is wrong with a JSON Schema itself; empty when it is one."""
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        return [FieldError(pointer(error.absolute_path), _message(error), "schema")]
    return []


def with_defaults(schema: Any, value: Any) -> Any:
    """Return ``value`` with the ``default`` of each absent property of an object schema, at every depth."""
    if not isinstance(schema, dict):
        return value
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        given = {name: with_defaults(properties.get(name), item) for name, item in value.items()}
        absent = {name: each["default"] for name, each in properties.items() if name not in value and "default" in each}
        return {**given, **absent}
    if isinstance(value, list):
        return [with_defaults(schema.get("items"), item) for item in value]
    return value


def pointer(path: Iterable[str | int]) -> str:
    """Return the JSON Pointer (RFC 6901) of a path of keys and indexes."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


@lru_cache(maxsize=512)
def _validator(schema: bytes) -> Draft202012Validator:
    # An empty registry fetches nothing: a $ref to the network is an error, not a request.
    return Draft202012Validator(msgspec.json.decode(schema), format_checker=FormatChecker(), registry=EMPTY_REGISTRY)


def _fields(error: ValidationError) -> list[FieldError]:
    if error.validator in ("oneOf", "anyOf") and error.context:
        return _of_alternatives(error)
    path = list(error.absolute_path)
    rule: Any = error.validator_value
    value: Any = error.instance
    if error.validator == "required":
        missing = [name for name in rule if name not in value]
        return [FieldError(pointer([*path, name]), "is required", "required") for name in missing]
    if error.validator == "additionalProperties" and rule is False:
        schema: Any = error.schema
        known = list(schema.get("properties", {}))
        strangers = [name for name in value if name not in known]
        return [FieldError(pointer([*path, name]), stranger(name, known), "unknown_property") for name in strangers]
    return [FieldError(pointer(path), _message(error), str(error.validator))]


def _of_alternatives(error: ValidationError) -> list[FieldError]:
    """Report the alternative the value was meant for, when that is clear: the one whose type and constants fit."""
    branches: dict[Any, list[ValidationError]] = {}
    for each in error.context or ():
        branches.setdefault(each.schema_path[0], []).append(each)
    depth = len(error.path)
    meant = [errors for errors in branches.values() if not any(_rules_out(each, depth) for each in errors)]
    if len(meant) == 1:
        return [field for each in meant[0] for field in _fields(each)]
    constants = [each for errors in branches.values() for each in errors if each.validator == "const"]
    if not meant and constants:
        allowed = list(dict.fromkeys(each.validator_value for each in constants))
        where = pointer(constants[0].absolute_path)
        return [FieldError(where, WORDS["enum"](allowed, constants[0].instance), "enum")]
    return [FieldError(pointer(error.absolute_path), _message(error), str(error.validator))]


def _rules_out(error: ValidationError, depth: int) -> bool:
    return error.validator == "const" or (error.validator == "type" and len(error.path) <= depth)


def _message(error: ValidationError | SchemaError) -> str:
    words: Callable[[Any, Any], str] | None = WORDS.get(str(error.validator))
    return words(error.validator_value, error.instance) if words else error.message
