"""Values and names of shared memory: their form and their limits. Pure."""

import re
from typing import Any, Final

import msgspec

from agents.memory.errors import BadNameError, ValueTooLargeError

VALUE_LIMIT: Final = 64 * 1024
"""Bytes of a value or entry as JSON."""
ANSWER_LIMIT: Final = 256 * 1024
"""Bytes of list entries in one answer."""
MAX_NAMES: Final = 10_000
MAX_ENTRIES: Final = 10_000
MAX_TTL_S: Final = 366 * 24 * 3600
SPACE_PATTERN: Final = r"^[A-Za-z0-9_][A-Za-z0-9_.:@/-]{0,127}$"
NAME_PATTERN: Final = r"^[^\x00-\x1f\x7f]{1,256}$"
_SPACE: Final = re.compile(SPACE_PATTERN)
_NAME: Final = re.compile(NAME_PATTERN)


def space(text: str) -> str:
    """Return a session's name unchanged; BadNameError when it cannot be one."""
    if not _SPACE.fullmatch(text):
        raise BadNameError(
            f"'{text[:100]}' is not a name for a session: use letters, digits and _.:@/-.", field="/session"
        )
    return text


def name(text: str) -> str:
    """Return a key unchanged; BadNameError when it cannot be one."""
    if not _NAME.fullmatch(text):
        raise BadNameError("A key is 1 to 256 characters, without control characters.", field="/key")
    return text


def encode(value: Any, field: str) -> bytes:
    """Return a value as JSON, the same for equal values; ValueTooLargeError over ``VALUE_LIMIT`` bytes."""
    data = msgspec.json.encode(value, order="deterministic")
    if len(data) > VALUE_LIMIT:
        message = f"The value is {len(data):,} bytes of JSON; {VALUE_LIMIT:,} are allowed. Keep large data as a file."
        raise ValueTooLargeError(message, field=field, size=len(data), limit=VALUE_LIMIT)
    return data


def decode(data: bytes) -> Any:
    """Return the value of JSON that ``encode`` wrote."""
    return msgspec.json.decode(data)


def newest_that_fit(entries: tuple[tuple[str, bytes], ...]) -> tuple[tuple[str, bytes], ...]:
    """Return the newest entries that have at most ``ANSWER_LIMIT`` bytes together, oldest first."""
    total, first = 0, len(entries)
    while first and total + len(entries[first - 1][1]) <= ANSWER_LIMIT:
        first -= 1
        total += len(entries[first][1])
    return entries[first:]
