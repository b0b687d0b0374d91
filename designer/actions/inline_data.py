"""Data that people and programs send to a run in progress: small enough for an event, and fitting its schema."""

from typing import Any

import msgspec

from agents.domain.calls import INLINE_LIMIT
from agents.domain.schema_check import FieldError, check
from designer.actions.errors import TooLargeError
from designer.actions.run_errors import InvalidDataError


def require_small(data: Any, field: str = "/data") -> None:
    """Raise ``TooLargeError`` when the JSON of ``data`` is longer than an event may hold."""
    size = len(msgspec.json.encode(data))
    if size > INLINE_LIMIT:
        message = (
            f"is {size:,} bytes long; {INLINE_LIMIT:,} are allowed. "
            "Upload large data (POST /api/v1/artifacts) and pass the reference to it"
        )
        errors = [{"field": field, "message": message, "code": "too_large"}]
        raise TooLargeError(f"{field}: {message}.", errors=errors, limit=INLINE_LIMIT)


def require_fitting(schemas: list[dict[str, Any]], data: Any, field: str = "/data") -> None:
    """Raise ``InvalidDataError`` unless ``data`` fits one of ``schemas``; told are the errors against the closest one."""
    misfits: list[list[FieldError]] = [check(schema, data) for schema in schemas]
    if misfits and all(misfits):
        closest = min(misfits, key=len)
        raise InvalidDataError(
            [{"field": field + each.pointer, "message": each.message, "code": each.code} for each in closest]
        )
