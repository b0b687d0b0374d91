"""References to files in JSON values, and which of them a value cannot have come by: whoever knows a file's digest could
write one down, so what makes values (expressions, agents) may only pass references on. Pure.
"""

from collections.abc import Mapping
from typing import Any, Final

KEY: Final = "$artifact"
JSON: Final = "application/json"

Mark = tuple[str, bool]
"""A file's digest, and whether it stands for the JSON that it holds (which may take the reference's place)."""


def marks_in(*values: Any) -> set[Mark]:
    """Return the marks of all references in JSON values, at any depth."""
    found: set[Mark] = set()
    waiting: list[Any] = [*values]
    while waiting:
        value = waiting.pop()
        if isinstance(value, Mapping):
            reference = value.get(KEY)
            if isinstance(reference, Mapping) and isinstance(reference.get("digest"), str):
                found.add((reference["digest"], reference.get("media_type") == JSON))
            waiting.extend(value.values())
        elif isinstance(value, (list, tuple)):
            waiting.extend(value)
    return found


def strange(marks: set[Mark], known: set[Mark]) -> str:
    """Return the digest of one of ``marks`` that is not ``known``, at least not as JSON; empty when all are."""
    digests = {digest for digest, _ in known}
    return min((mark[0] for mark in marks if mark not in known and (mark[1] or mark[0] not in digests)), default="")
