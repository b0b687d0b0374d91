"""Keywords of JSON Schema whose usual implementation people could hold a process up with.

Patterns are RE2's (time grows with the text, not with the pattern; no look-ahead, no back-references), `uniqueItems` takes
time in proportion to the list, and one check does a bounded amount of work.
"""

import re
import threading
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import lru_cache
from typing import Any, Final

import re2
from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError
from jsonschema.validators import extend

from agentcluster.errors import AgentClusterError

MAX_WORK: Final = 250_000
"""Alternatives and references that one check may look at: two or three seconds."""
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|.)", re.DOTALL)
_BRANCHES: Final = ("$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "not", "if", "contains")

Keyword = Callable[[Any, Any, Any, Any], Iterator[ValidationError] | None]


class SchemaUnusableError(AgentClusterError):
    """The JSON Schema cannot be used."""

    code = "bad_schema"
    status = 422


@lru_cache(maxsize=1024)
def compiled(pattern: str) -> Any:
    r"""Return a pattern ready to search with; ``\u1234`` means that character. Raises ``SchemaUnusableError``."""
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 2 * 1024 * 1024
    try:
        return re2.compile(_ESCAPE.sub(_escape, pattern), options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else "it is no text"
        shown = pattern if len(pattern) <= 40 else f"{pattern[:39]}…"
        raise SchemaUnusableError(f"the pattern '{shown}' cannot be used: {reason}") from error


def _escape(match: re.Match[str]) -> str:
    return rf"\x{{{match.group(1)}}}" if match.group(1) else match.group()


def matches(pattern: str, text: str) -> bool:
    """Return whether the pattern is found in the text, which may not be one for UTF-8. Raises ``SchemaUnusableError``."""
    try:
        return compiled(pattern).search(text) is not None
    except UnicodeEncodeError:
        return False


def begin_check() -> None:
    """Give a check, which must be all in one thread, its ``MAX_WORK``."""
    _work.left = MAX_WORK


_work = threading.local()


def _counted(keyword: Keyword) -> Keyword:
    def counted(validator: Any, value: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
        _work.left = getattr(_work, "left", MAX_WORK) - 1
        if _work.left < 0:
            raise SchemaUnusableError("checking this takes too long: too many alternatives in each other")
        yield from keyword(validator, value, instance, schema) or ()

    return counted


def _pattern(validator: Any, pattern: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if validator.is_type(instance, "string") and not matches(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(validator: Any, patterns: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, inner in patterns.items():
        for name, value in instance.items():
            if matches(pattern, name):
                yield from validator.descend(value, inner, path=name, schema_path=pattern)


def _additional_properties(validator: Any, allowed: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if not validator.is_type(instance, "object"):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extras = [name for name in instance if name not in known and not any(matches(each, name) for each in patterns)]
    if validator.is_type(allowed, "object"):
        for name in extras:
            yield from validator.descend(instance[name], allowed, path=name)
    elif not allowed and extras:
        yield ValidationError(f"Additional properties are not allowed: {extras[:20]!r}")


def _unique_items(validator: Any, wanted: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    if wanted and validator.is_type(instance, "array") and len({*map(_same, instance)}) < len(instance):
        yield ValidationError("The list has the same entry twice.")


def _same(value: Any) -> Any:
    """Return something hashable that is equal for equal JSON values: 1 is 1.0, but not true."""
    if isinstance(value, bool):
        return ("bool", value)
    if isinstance(value, dict):
        return ("object", frozenset((name, _same(entry)) for name, entry in value.items()))
    if isinstance(value, list):
        return ("array", tuple(map(_same, value)))
    return value


def _multiple_of(validator: Any, divisor: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    try:
        yield from _draft["multipleOf"](validator, divisor, instance, schema) or ()
    except OverflowError:
        if Fraction(instance) % Fraction(divisor):
            yield ValidationError(f"{instance!r} is not a multiple of {divisor}")


def _is_pattern(instance: object) -> bool:
    return not isinstance(instance, str) or compiled(instance) is not None


_draft: dict[str, Keyword] = dict(Draft202012Validator.VALIDATORS)
_own: dict[str, Keyword] = {
    "pattern": _pattern,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "uniqueItems": _unique_items,
    "multipleOf": _multiple_of,
    **{name: _counted(_draft[name]) for name in _BRANCHES},
}
Validator: Final = extend(Draft202012Validator, _own)  # type: ignore[no-untyped-call]
"""Draft 2020-12 with these keywords."""

FORMATS: Final = FormatChecker()
"""The usual formats; ``regex`` is a pattern of the kind these keywords take."""
FORMATS.checks("regex", raises=SchemaUnusableError)(_is_pattern)
