"""Django REST framework's nested validation errors as a flat list with JSON pointers (RFC 6901)."""

from collections.abc import Iterator
from typing import Any

FieldError = dict[str, str]


def pointer(*parts: str | int) -> str:
    """Return the JSON pointer of a path, such as ``/input/rows/0``; no parts give the whole document, ``""``."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def field_errors(detail: Any) -> list[FieldError]:
    """Return ``{"field", "message", "code"}`` for every leaf of a ``ValidationError.detail``."""
    return list(_walk(detail, ()))


def _walk(detail: Any, path: tuple[str | int, ...]) -> Iterator[FieldError]:
    if isinstance(detail, dict):
        for key, value in detail.items():
            yield from _walk(value, path if key == "non_field_errors" else (*path, key))
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            nested = isinstance(value, dict | list)
            yield from _walk(value, (*path, index) if nested else path)
    else:
        yield {"field": pointer(*path), "message": str(detail), "code": str(getattr(detail, "code", "invalid"))}
