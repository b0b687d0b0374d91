"""Tells why an expression finds nothing in a large value: it is kept apart, and only a reference stands in its place."""

import re
from collections.abc import Mapping
from typing import Any, Final

_NAMED: Final = re.compile(
    r"""\b(?:input|steps|item|last)(?:\s*\.\s*[A-Za-z_]\w*|\[\s*(?:'[^']*'|"[^"]*"|\d+)\s*\])*"""
)
_PART: Final = re.compile(r"""[A-Za-z_]\w*|'[^']*'|"[^"]*"|\d+""")
MEDIA_TYPE: Final = "application/json"


def hint(source: str, scope: Mapping[str, Any]) -> str:
    """Return a sentence for the first value ``source`` names that is kept apart; empty when there is none."""
    for match in _NAMED.finditer(source):
        found = _first_apart(_PART.findall(match.group(0)), scope)
        if found:
            return (
                f"`{found}` is larger than 64 KB, so it is kept apart and expressions cannot look into it. "
                "Pass it as a whole to an agent (such as json or text), which reads it."
            )
    return ""


def _first_apart(parts: list[str], scope: Mapping[str, Any]) -> str:
    value: Any = scope
    for depth, part in enumerate(parts):
        key: Any = part.strip("'\"")
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, Mapping) and key in value:
            value = value[key]
        else:
            return ""
        if _is_apart(value):
            return ".".join(name.strip("'\"") for name in parts[: depth + 1])
    return ""


def _is_apart(value: Any) -> bool:
    reference = value.get("$artifact") if isinstance(value, Mapping) else None
    return isinstance(reference, Mapping) and reference.get("media_type") == MEDIA_TYPE
