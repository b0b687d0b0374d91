"""One request to a model server over HTTP, with bounds, and its failures as typed errors."""

import os
import ssl
from functools import lru_cache
from typing import Any, Final

import httpx
import msgspec

from agents.llm.engine import Price
from agents.llm.errors import (
    EngineKeyError,
    EngineRefusedError,
    EngineTimeoutError,
    EngineUnavailableError,
    MalformedReplyError,
)

REPLY_LIMIT: Final = 4 * 1024 * 1024
CONNECT_S: Final = 10.0
SHOWN: Final = 500
_KEY: Final = frozenset({401, 403})
_FOR_NOW: Final = frozenset({408, 425, 429, 500, 502, 503, 504, 529})


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """Where a model is served. The key itself stands in the environment variable ``api_key_env`` of the node."""

    name: str
    base_url: str
    model: str
    api_key_env: str = ""
    price: Price = Price()
    timeout_s: float = 60.0

    def key(self) -> str:
        """Return the key, empty when none is configured; EngineKeyError when its variable is not set."""
        if not self.api_key_env:
            return ""
        key = os.environ.get(self.api_key_env, "")
        if not key:
            raise EngineKeyError(f"{self.name}: the environment variable {self.api_key_env} is not set on this node.")
        return key

    async def post(self, path: str, body: dict[str, Any], headers: dict[str, str], timeout_s: float) -> dict[str, Any]:
        """Return the JSON object the server answers with; raises ``EngineError``."""
        try:
            status, data = await self._exchange(path, body, headers, timeout_s)
        except httpx.TimeoutException as error:
            raise EngineTimeoutError(f"{self.name} did not answer within {timeout_s:g} s.") from error
        except httpx.TransportError as error:
            reason = str(error) or type(error).__name__
            raise EngineUnavailableError(f"{self.name} cannot be reached: {reason.rstrip('.')}.") from error
        except (httpx.InvalidURL, UnicodeEncodeError) as error:
            raise EngineRefusedError(f"{self.name} has an address or a key that cannot be sent.") from error
        if status != httpx.codes.OK:
            raise self._refusal(status, data)
        try:
            return msgspec.json.decode(data, type=dict[str, Any])
        except (msgspec.MsgspecError, RecursionError) as error:
            raise MalformedReplyError(f"{self.name} answered with something that is no JSON object.") from error

    async def _exchange(
        self, path: str, body: dict[str, Any], headers: dict[str, str], timeout_s: float
    ) -> tuple[int, bytes]:
        timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))
        url = f"{self.base_url.rstrip('/')}{path}"
        # A client for each call: the tool may be called from one event loop after another.
        async with (
            httpx.AsyncClient(verify=_certificates(), timeout=timeout, trust_env=False) as client,
            client.stream("POST", url, json=body, headers=headers) as response,
        ):
            data = bytearray()
            async for chunk in response.aiter_bytes():
                data += chunk
                if len(data) > REPLY_LIMIT:
                    raise MalformedReplyError(f"{self.name} answered with more than {REPLY_LIMIT:,} bytes.")
            return response.status_code, bytes(data)

    def _refusal(self, status: int, data: bytes) -> EngineKeyError | EngineUnavailableError | EngineRefusedError:
        said = _said(data)
        message = f"{self.name} answered {status}{f': {said}' if said else ''}."
        if status in _KEY:
            return EngineKeyError(message, status=status)
        kind = EngineUnavailableError if status in _FOR_NOW else EngineRefusedError
        return kind(message, status=status)

    def malformed(self, what: str) -> MalformedReplyError:
        """Return the error for a reply without what its interface promises."""
        return MalformedReplyError(f"{self.name} answered without {what}.")


@lru_cache(maxsize=1)
def _certificates() -> ssl.SSLContext:
    # Made once: reading the authorities takes longer than a request.
    return httpx.create_ssl_context()


def _said(data: bytes) -> str:
    """Return the message in an error's body: ``error`` or ``error.message`` in all three interfaces."""
    try:
        error = msgspec.json.decode(data, type=dict[str, Any]).get("error", "")
    except (msgspec.MsgspecError, RecursionError):
        return data[:SHOWN].decode("utf-8", "replace").strip().rstrip(".")
    message = error.get("message", "") if isinstance(error, dict) else error
    return str(message)[:SHOWN].strip().rstrip(".")
