"""The body of a response: read with a limit, shown as JSON, text or a file."""

from typing import Any, Final
from urllib.parse import unquote

import httpx
import msgspec

from agentcluster import artifacts
from agents.tools.http_client.errors import BodyTooLargeError

INLINE_BYTES: Final = 32 * 1024
_TEXTUAL: Final = ("text/", "application/json", "application/xml", "application/javascript", "application/x-www-form")


async def read_body(response: httpx.Response, max_bytes: int) -> bytes:
    """Return the body, unpacked; ``BodyTooLargeError`` as soon as it is longer than ``max_bytes``."""
    data = bytearray()
    async for chunk in response.aiter_bytes():
        data += chunk
        if len(data) > max_bytes:
            message = f"The body is larger than the {max_bytes:,} bytes allowed."
            raise BodyTooLargeError(message, field="/max_bytes", max_bytes=max_bytes)
    return bytes(data)


def shown(response: httpx.Response, data: bytes) -> tuple[Any, artifacts.ArtifactRef | None]:
    """Return ``(body, None)`` for small JSON or text, ``(None, reference)`` for everything else."""
    media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if len(data) <= INLINE_BYTES:
        if media_type.endswith(("/json", "+json")):
            parsed = _json(data)
            if parsed is not None:
                return parsed[0], None
        if not data or media_type.startswith(_TEXTUAL) or media_type.endswith(("+json", "+xml")):
            return data.decode(response.charset_encoding or "utf-8", "replace"), None
    return None, artifacts.put_bytes(data, media_type or "application/octet-stream", _name(response))


def _json(data: bytes) -> tuple[Any] | None:
    try:
        return (msgspec.json.decode(data),)
    except (msgspec.DecodeError, RecursionError):
        return None


def _name(response: httpx.Response) -> str:
    return unquote(response.url.path.rsplit("/", 1)[-1])[:200] or response.url.host
