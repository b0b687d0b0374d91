"""What each keyword of JSON Schema means, in words: ``(keyword's value, offending value) -> message``."""

import difflib
import json
from collections.abc import Callable
from typing import Any, Final

_TYPES: Final = {
    "string": "a text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "empty (null)",
}
_FORMATS: Final = {
    "date": "a date such as 2026-09-30",
    "date-time": "a date and time such as 2026-09-30T12:00:00Z",
    "time": "a time such as 12:00:00Z",
    "email": "an e-mail address",
    "uri": "an absolute URL such as https://example.org/",
    "regex": "a regular expression",
    "uuid": "a UUID",
    "ipv4": "an IPv4 address",
    "ipv6": "an IPv6 address",
}


def _show(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _type(expected: Any, value: Any) -> str:
    names = [expected] if isinstance(expected, str) else list(expected)
    return f"must be {' or '.join(_TYPES.get(name, name) for name in names)}, not {_kind(value)}"


def _kind(value: Any) -> str:
    if value is None:
        return "empty (null)"
    if isinstance(value, bool):
        return f"{str(value).lower()}"
    if isinstance(value, (int, float)):
        return f"the number {value}"
    if isinstance(value, str):
        return f"the text '{_show(value)}'"
    return "a list" if isinstance(value, list) else "an object"


def _count(number: int, noun: str, plural: str) -> str:
    return f"{number:,} {noun if number == 1 else plural}"


def _at_least(noun: str, plural: str) -> Callable[[Any, Any], str]:
    return lambda expected, value: (
        "must not be empty" if expected == 1 else f"must have at least {_count(expected, noun, plural)}"
    )


def _at_most(noun: str, plural: str) -> Callable[[Any, Any], str]:
    return lambda expected, value: f"must have at most {_count(expected, noun, plural)}, not {len(value):,}"


def stranger(name: str, known: list[str]) -> str:
    """Return the message for a property that is not known, with the nearest that is."""
    near = difflib.get_close_matches(name, known, n=1)
    return f"is not known here; did you mean '{near[0]}'?" if near else "is not known here"


def ended(text: str) -> str:
    """Return a sentence with a full stop, unless it ends with a question."""
    return text if text.endswith("?") else f"{text}."


WORDS: Final[dict[str, Callable[[Any, Any], str]]] = {
    "type": _type,
    "enum": lambda expected, value: f"must be one of {', '.join(map(_show, expected))}, not {_kind(value)}",
    "const": lambda expected, value: f"must be {_show(expected)}, not {_kind(value)}",
    "minimum": lambda expected, value: f"must be at least {expected:,}, not {value:,}",
    "maximum": lambda expected, value: f"must be at most {expected:,}, not {value:,}",
    "exclusiveMinimum": lambda expected, value: f"must be more than {expected:,}, not {value:,}",
    "exclusiveMaximum": lambda expected, value: f"must be less than {expected:,}, not {value:,}",
    "multipleOf": lambda expected, value: f"must be a multiple of {expected}, not {value}",
    "minLength": _at_least("character", "characters"),
    "maxLength": _at_most("character", "characters"),
    "pattern": lambda expected, value: f"'{_show(value)}' does not have the form {expected}",
    "format": lambda expected, value: f"must be {_FORMATS.get(expected, expected)}, not '{_show(value)}'",
    "minItems": _at_least("entry", "entries"),
    "maxItems": _at_most("entry", "entries"),
    "uniqueItems": lambda expected, value: "must not have the same entry twice",
    "minProperties": _at_least("property", "properties"),
    "maxProperties": _at_most("property", "properties"),
    "oneOf": lambda expected, value: "fits none of the allowed forms, or more than one",
    "anyOf": lambda expected, value: "fits none of the allowed forms",
    "not": lambda expected, value: "has a form that is not allowed",
}
