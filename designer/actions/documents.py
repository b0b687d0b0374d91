"""Graph documents as they come from outside: checked for shape, their errors told by JSON pointer."""

import re
from typing import Any, Final

import msgspec

from agentcluster.ids import sha256_of
from designer.actions.errors import InvalidGraphError, TooLargeError
from designer.domain.graph import SCHEMA, Graph

MAX_BYTES: Final = 2 * 1024 * 1024
"""The largest workflow document, as JSON."""

_LOCATION: Final = re.compile(r" - at `(?:key in )?\$(?P<path>[^`]*)`$")
_PART: Final = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>[^\]]*)\]")
_UNKNOWN: Final = re.compile(r"unknown field `(?P<name>[^`]+)`")


def parse(document: Any) -> Graph:
    """Return the graph a JSON value describes.

    Raises:
        InvalidGraphError: it has a wrong type, an unknown field or an unknown kind somewhere (``errors`` says where).
        TooLargeError: as JSON it is longer than ``MAX_BYTES``.
    """
    try:
        size = len(msgspec.json.encode(document))
        if size > MAX_BYTES:
            raise TooLargeError(
                f"The workflow is {size:,} bytes long; at most {MAX_BYTES:,} are allowed.", limit=MAX_BYTES
            )
        return msgspec.convert(document, Graph)
    except msgspec.ValidationError as error:
        raise InvalidGraphError([explain(str(error), under="/graph")]) from error
    except RecursionError as error:
        raise InvalidGraphError(
            [{"field": "/graph", "message": "It is nested too deeply.", "code": "too_deep"}]
        ) from error


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Return the document with its three top-level fields present; nodes and edges stay as they were sent."""
    return {"schema": SCHEMA, "nodes": [], "edges": []} | document


def digest(document: dict[str, Any]) -> str:
    """Return ``sha256:…`` of the document's canonical JSON."""
    return sha256_of(msgspec.json.encode(document, order="deterministic"))


def explain(message: str, *, under: str = "") -> dict[str, str]:
    """Turn msgspec's ``… - at `$.nodes[0].id` `` into ``{"field": "/nodes/0/id", "message", "code"}``."""
    location = _LOCATION.search(message)
    text = _LOCATION.sub("", message)
    field = under + _pointer(location["path"] if location else "")
    if unknown := _UNKNOWN.search(text):
        field = f"{field}/{unknown['name']}"
    return {"field": field, "message": f"{text.replace('`', '')}.", "code": "wrong_shape"}


def _pointer(path: str) -> str:
    parts = (match["name"] or match["index"] for match in _PART.finditer(path))
    return "".join(f"/{part.replace('~', '~0').replace('/', '~1')}" for part in parts)
