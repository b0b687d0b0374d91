"""Values too large for an event stand apart, in the artifact store; the event holds a reference (claim check)."""

import hashlib
from typing import Any, Final

import msgspec

from agents.domain.calls import INLINE_LIMIT, CallError

MAX_BYTES: Final = 8 * 1024 * 1024
"""What a value may have at most, apart or not: larger things are files or tables."""
TOTAL_LIMIT: Final = 512 * 1024
"""What stays in an event at most, however many fields it has."""

_encode = msgspec.json.Encoder().encode

Apart = dict[str, bytes]


def set_apart(name: str, value: Any) -> tuple[Any, Apart] | CallError | None:
    """Return ``value`` with its large fields replaced by references, and their bytes by digest (``sha256:…``).

    None when it may stay as it is. A field of over 64 KB goes, then the largest until the rest has 512 KB; a value that
    is no object goes as a whole.
    """
    data = _encode(value)
    if len(data) <= INLINE_LIMIT:
        return None
    if len(data) > MAX_BYTES:
        message = (
            f"The {name} is {len(data) // 1024:,} KB; {MAX_BYTES // 1024:,} KB are allowed. Pass it as a file or table."
        )
        return CallError("value_too_large", message, field=f"/{name}")
    apart: Apart = {}
    if not isinstance(value, dict):
        return _reference(name, data, apart), apart
    encoded = {key: _encode(entry) for key, entry in value.items()}
    kept, total = dict(value), 0
    for key, entry in sorted(encoded.items(), key=lambda item: len(item[1])):
        if len(entry) > INLINE_LIMIT or total + len(entry) > TOTAL_LIMIT:
            kept[key] = _reference(key, entry, apart)
        else:
            total += len(entry)
    return kept, apart


def stands_apart(value: Any, pointer: str) -> bool:
    """Return whether the JSON Pointer leads to, or into, a value that was set apart: nothing more is known of it here."""
    for token in ("", *(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])):
        if token and isinstance(value, dict):
            value = value.get(token)
        elif token and isinstance(value, list) and token.isdigit() and int(token) < len(value):
            value = value[int(token)]
        if isinstance(value, dict) and isinstance(value.get("$artifact"), dict):
            return bool(value["$artifact"].get("media_type") == "application/json")
    return False


def _reference(name: str, data: bytes, apart: Apart) -> dict[str, Any]:
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    apart[digest] = data
    artifact = {"digest": digest, "size": len(data), "media_type": "application/json", "name": f"{name}.json"}
    return {"$artifact": artifact}
