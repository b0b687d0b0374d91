"""What comes from outside, made into values that can be kept: JSON, forms, text; bounded, without surprises."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from designer.triggers.errors import MalformedEventError

MAX_BYTES: Final = 1024 * 1024
"""The largest event in bytes."""
MAX_DEPTH: Final = 100
SHOWN: Final = 8 * 1024
"""So much of an event (as JSON) is kept in the history."""
SECRET_HEADERS: Final = frozenset(
    {"authorization", "cookie", "proxy-authorization", "webhook-signature", "x-csrftoken"}
)
"""Headers that expressions do not see and the history does not keep."""
_FIELDS: Final = 1000


def decode(data: bytes, form: str) -> Any:
    """Return the value of a body in the format ``json``, ``form`` or ``text``; raises ``MalformedEventError``."""
    if len(data) > MAX_BYTES:
        raise MalformedEventError(f"It is {len(data):,} bytes long; at most {MAX_BYTES:,} are allowed.")
    if form == "json":
        return checked(_json(data))
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise MalformedEventError("It is not UTF-8 text.") from error
    return checked(_form(text) if form == "form" else text)


def checked(value: Any) -> Any:
    """Return the value unless it nests endlessly or holds null characters, for which PostgreSQL has no place."""
    waiting = [(value, 1)]
    while waiting:
        each, depth = waiting.pop()
        if isinstance(each, str):
            if "\0" in each:
                raise MalformedEventError("It holds a null character (\\u0000), which texts may not have.")
            continue
        if not isinstance(each, dict | list):
            continue
        if depth > MAX_DEPTH:
            raise MalformedEventError(f"It is nested too deeply; {MAX_DEPTH} levels are allowed.")
        waiting += [(entry, depth + 1) for entry in (each.values() if isinstance(each, dict) else each)]
        waiting += [(key, depth) for key in each] if isinstance(each, dict) else []
    return value


def shown(value: Any) -> Any:
    """Return the value as the history keeps it: whole when small, else the beginning of its JSON."""
    text = msgspec.json.encode(value)
    if len(text) <= SHOWN:
        return value
    return {"shortened": text[:SHOWN].decode(errors="ignore"), "bytes": len(text)}


def open_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers by lower-case name, without secrets."""
    named = {name.lower(): value for name, value in headers.items()}
    return {name: value.replace("\0", "") for name, value in named.items() if name not in SECRET_HEADERS}


def _json(data: bytes) -> Any:
    try:
        return msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise MalformedEventError(f"It is not JSON: {error}.") from error
    except RecursionError as error:
        raise MalformedEventError(f"It is nested too deeply; {MAX_DEPTH} levels are allowed.") from error


def _form(text: str) -> dict[str, Any]:
    """Return a form's fields; one that comes several times is a list."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_FIELDS)
    except ValueError as error:
        raise MalformedEventError(f"It is not a form: {error}.") from error
    fields: dict[str, Any] = {}
    for name, value in pairs:
        known = fields.get(name)
        fields[name] = value if known is None else [*known, value] if isinstance(known, list) else [known, value]
    return fields
