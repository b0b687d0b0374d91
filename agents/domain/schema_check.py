"""Does a value fit a JSON Schema (draft 2020-12)? Answered with messages a person understands.

Used by nodes for agent input and output, and by the API for run input.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, Final

import msgspec
from jsonschema import FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012, EMPTY_REGISTRY

from agents.domain.schema_keywords import FORMATS, SchemaUnusableError, Validator, begin_check, compiled
from agents.domain.schema_words import WORDS, stranger

MAX_ERRORS: Final = 20
_NO_FORMATS: Final = FormatChecker(())
_NAMED: Final = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_LISTED: Final = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_ALONE: Final = frozenset({
    *("items", "additionalProperties", "not", "if", "then", "else", "contains", "propertyNames"),
    *("unevaluatedItems", "unevaluatedProperties"),
})  # fmt: skip
"""Keywords that hold schemas: by name, in a list, one."""


class FieldError(msgspec.Struct, frozen=True):
    """One thing wrong: ``pointer`` (JSON Pointer, empty for the whole value), the message, the schema keyword."""

    pointer: str
    message: str
    code: str


def check(schema: Any, value: Any) -> list[FieldError]:
    """Return what is wrong with ``value``, at most 20 things in the order of the value; empty when it fits.

    Defaults are not filled in; formats are checked; a ``$ref`` never leaves the schema. Raises ``SchemaUnusableError``
    for a schema that ``check_schema`` finds fault with, or that would take too long.
    """
    if schema is True or schema == {}:
        return []
    begin_check()
    try:
        errors = _validator(msgspec.json.encode(schema, order="sorted")).iter_errors(value)
        found = [field for error in errors for field in _fields(error)]
    except RecursionError as error:
        raise SchemaUnusableError("the schema refers to itself without end, or is nested too deeply") from error
    except Unresolvable as error:
        raise SchemaUnusableError(f"a reference leads nowhere: {error}"[:300]) from error
    return sorted(dict.fromkeys(found), key=lambda field: field.pointer)[:MAX_ERRORS]


def check_schema(schema: Any) -> list[FieldError]:
    """Return what is wrong with a JSON Schema itself; empty when it is one that ``check`` can use."""
    try:
        Validator.check_schema(schema, format_checker=_NO_FORMATS)
    except SchemaError as error:
        return [FieldError(pointer(error.absolute_path), _message(error), "schema")]
    except RecursionError:
        return [FieldError("", "is nested too deeply", "schema")]
    if faults := [*_faults(schema)]:
        return faults[:MAX_ERRORS]
    try:
        check(schema, None)
    except SchemaUnusableError as error:
        return [FieldError("", error.message, "schema")]
    return []


def _faults(schema: Any) -> Iterator[FieldError]:
    """Yield the patterns that are none and the references that lead nowhere."""
    resolver = EMPTY_REGISTRY.resolver_with_root(DRAFT202012.create_resource(schema))
    own_ids = False
    for path, each in _subschemas(schema, ()):
        own_ids = own_ids or "$id" in each or "$anchor" in each or "$dynamicAnchor" in each
        patterns = [((*path, "patternProperties", name), name) for name in each.get("patternProperties", {})]
        if isinstance(each.get("pattern"), str):
            patterns.append(((*path, "pattern"), each["pattern"]))
        for where, pattern in patterns:
            try:
                compiled(pattern)
            except SchemaUnusableError as error:
                yield FieldError(pointer(where), error.message, "pattern")
        if isinstance(each.get("$ref"), str) and not own_ids:
            try:
                resolver.lookup(each["$ref"])
            except Unresolvable:
                yield FieldError(pointer((*path, "$ref")), f"{each['$ref']} leads nowhere", "reference")


def _subschemas(schema: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    """Yield a schema and all in it, each with where it stands."""
    if not isinstance(schema, dict):
        return
    yield path, schema
    for word, value in schema.items():
        if word in _NAMED and isinstance(value, dict):
            for name, inner in value.items():
                yield from _subschemas(inner, (*path, word, name))
        elif word in _LISTED and isinstance(value, list):
            for index, inner in enumerate(value):
                yield from _subschemas(inner, (*path, word, index))
        elif word in _ALONE:
            yield from _subschemas(value, (*path, word))


def with_defaults(schema: Any, value: Any) -> Any:
    """Return ``value`` with the ``default`` of each absent property of an object schema, at every depth."""
    if not isinstance(schema, dict):
        return value
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        given = {name: with_defaults(properties.get(name), item) for name, item in value.items()}
        absent = {
            name: each["default"]
            for name, each in properties.items()
            if name not in value and isinstance(each, dict) and "default" in each
        }
        return {**given, **absent}
    if isinstance(value, list):
        return [with_defaults(schema.get("items"), item) for item in value]
    return value


def pointer(path: Iterable[str | int]) -> str:
    """Return the JSON Pointer (RFC 6901) of a path of keys and indexes."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


@lru_cache(maxsize=512)
def _validator(schema: bytes) -> Any:
    # An empty registry fetches nothing: a $ref to the network is an error, not a request.
    if b"unevaluatedProperties" in schema and b"patternProperties" in schema:
        # The library's way to find what was looked at searches with patterns that may not end.
        raise SchemaUnusableError(
            "unevaluatedProperties cannot stand beside patternProperties; use additionalProperties"
        )
    return Validator(msgspec.json.decode(schema), format_checker=FORMATS, registry=EMPTY_REGISTRY)


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
