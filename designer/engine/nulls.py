"""Null characters, which JSON allows and PostgreSQL refuses, in texts and in JSON."""

import re
from typing import Any, Final

import msgspec

_NULL: Final = re.compile(rb"(?<!\\)((?:\\\\)*)\\u0000")


def without_nulls(value: Any) -> Any:
    """Return a JSON value that every database takes, with U+FFFD in the place of each null character."""
    encoded = msgspec.json.encode(value)
    if b"\\u0000" not in encoded:
        return value
    # An even number of backslashes before it: one that stands for itself, in front of an ordinary "u0000".
    return msgspec.json.decode(_NULL.sub(rb"\1\\ufffd", encoded))
