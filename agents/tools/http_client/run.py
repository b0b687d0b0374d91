"""``http-client``: one HTTP request, kept away from what is not public."""

import asyncio
import re
import time
from typing import Any, Final

import httpx
import msgspec

from agentcluster import artifacts
from agents.tools.context import CallContext
from agents.tools.errors import BadValueError, DeadlineExceededError
from agents.tools.http_client.body import read_body, shown
from agents.tools.http_client.errors import (
    BadUrlError,
    ConnectError,
    HttpTimeoutError,
    TemporaryStatusError,
    TooManyRedirectsError,
    UnexpectedStatusError,
)
from agents.tools.http_client.transport import GuardedTransport

_AGENT: Final = "AgentCluster http-client"
_TEMPORARY: Final = frozenset({408, 425, 429, 500, 502, 503, 504})
_CROSSES_HOSTS: Final = frozenset({"accept", "accept-language", "accept-encoding", "user-agent", "content-type"})
"""Headers that a redirect to another host may carry; others may be secrets."""
_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_REFUSED: Final = frozenset({"host", "content-length", "transfer-encoding", "connection"})


class Request(msgspec.Struct, frozen=True):
    """The input of ``http-client``, defaults filled in."""

    url: str
    method: str = "GET"
    headers: dict[str, str | int | float | bool] = {}
    query: dict[str, str | int | float | bool] = {}
    json: Any = None
    text: str | None = None
    timeout_s: float = 30.0
    expected_status: tuple[int, ...] = ()
    max_bytes: int = 10 * 1024 * 1024
    max_redirects: int = 5


async def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Return status, headers, body or file, the last URL and the time it took (ms)."""
    request = msgspec.convert(input, Request)
    began = time.monotonic()
    limit = min(request.timeout_s, context.seconds_left())
    if limit <= 0:
        raise DeadlineExceededError
    try:
        async with asyncio.timeout(limit):
            response, data = await _exchange(request, context)
    except (TimeoutError, httpx.TimeoutException) as error:
        message = f"{httpx.URL(request.url).host} did not answer within {limit:g} s."
        raise HttpTimeoutError(message, field="/url") from error
    except httpx.TransportError as error:
        raise ConnectError(
            f"{httpx.URL(request.url).host}: {str(error) or type(error).__name__}.", field="/url"
        ) from error
    _check_status(request, response, data)
    body, file = await asyncio.to_thread(shown, response, data)
    return {
        "status": response.status_code,
        "headers": dict(response.headers),
        "body": body,
        "file": file.to_value() if isinstance(file, artifacts.ArtifactRef) else None,
        "url": str(response.url),
        "elapsed_ms": round((time.monotonic() - began) * 1000, 1),
    }


async def _exchange(request: Request, context: CallContext) -> tuple[httpx.Response, bytes]:
    timeout = httpx.Timeout(request.timeout_s)
    async with httpx.AsyncClient(transport=GuardedTransport(), timeout=timeout, trust_env=False) as client:
        built = _built(client, request, context)
        for _ in range(request.max_redirects + 1):
            response = await client.send(built, stream=True)
            try:
                if not response.has_redirect_location:
                    return response, await read_body(response, request.max_bytes)
            finally:
                await response.aclose()
            built = _followed(built, response)
    message = f"{built.url.host} redirects more than {request.max_redirects} times."
    raise TooManyRedirectsError(message, field="/url")


def _built(client: httpx.AsyncClient, request: Request, context: CallContext) -> httpx.Request:
    if request.json is not None and request.text is not None:
        raise BadValueError("Give a JSON body or a text body, not both.", field="/text")
    headers = {name: str(value) for name, value in request.headers.items()}
    for name, value in headers.items():
        if name.lower() in _REFUSED:
            raise BadValueError(f"The header '{name}' is set by the client.", field=f"/headers/{name}")
        if not _NAME.fullmatch(name) or _CONTROL.search(value):
            raise BadValueError(f"'{name}' is not a header that can be sent.", field=f"/headers/{name}")
    headers.setdefault("User-Agent", _AGENT)
    if context.idempotency_key:
        headers.setdefault("Idempotency-Key", context.idempotency_key)
    try:
        url = httpx.URL(request.url)
        if not url.host or not 0 < (url.port or 80) < 65536:
            raise BadUrlError(field="/url")
        url = url.copy_merge_params(request.query) if request.query else url
        return client.build_request(request.method, url, headers=headers, **_content(request))
    except (httpx.InvalidURL, UnicodeEncodeError, ValueError) as error:
        raise BadUrlError(f"This URL or one of the headers cannot be sent: {error}.", field="/url") from error


def _content(request: Request) -> dict[str, Any]:
    if request.json is not None:
        return {"json": request.json}
    return {"content": request.text} if request.text is not None else {}


def _followed(request: httpx.Request, response: httpx.Response) -> httpx.Request:
    """Return the request a redirect leads to; another host gets no headers that may hold secrets."""
    following = response.next_request
    if following is None or following.url.scheme not in ("http", "https"):
        raise BadUrlError(f"{request.url.host} redirects to something that is not HTTP.", field="/url")
    same = (following.url.scheme, following.url.host, following.url.port)
    if same != (request.url.scheme, request.url.host, request.url.port):
        for name in list(following.headers):
            if name.lower() not in _CROSSES_HOSTS | {"host", "content-length", "idempotency-key"}:
                del following.headers[name]
    return following


def _check_status(request: Request, response: httpx.Response, data: bytes) -> None:
    status = response.status_code
    if status in request.expected_status or (not request.expected_status and status < 400):
        return
    kind = TemporaryStatusError if status in _TEMPORARY else UnexpectedStatusError
    start = data[:500].decode("utf-8", "replace")
    message = f"{response.url.host} answered {status} {response.reason_phrase}".rstrip()
    raise kind(f"{message}.", status=status, body=start)
