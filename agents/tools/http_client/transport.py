"""An httpx transport that connects only to addresses that were checked."""

import ssl
from typing import Final

import httpx

from agents.tools.http_client.addresses import resolve

_LIMITS: Final = httpx.Limits(max_connections=4, max_keepalive_connections=0)


class GuardedTransport(httpx.AsyncBaseTransport):
    """Resolves the host, checks its addresses, and sends to the first that accepts, with the name for TLS."""

    def __init__(self, verify: ssl.SSLContext | bool = True) -> None:
        """Check certificates against ``verify``, by default the authorities of certifi."""
        self._inner = httpx.AsyncHTTPTransport(verify=verify, limits=_LIMITS, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send one request; a redirect comes here again and is checked again."""
        host = request.url.host
        port = request.url.port or (443 if request.url.scheme == "https" else 80)
        addresses = await resolve(host, port)
        for address in addresses[:-1]:
            try:
                return await self._inner.handle_async_request(_pinned(request, host, address))
            except (httpx.ConnectError, httpx.ConnectTimeout):
                continue
        return await self._inner.handle_async_request(_pinned(request, host, addresses[-1]))

    async def aclose(self) -> None:
        """Close all connections."""
        await self._inner.aclose()


def _pinned(request: httpx.Request, host: str, address: str) -> httpx.Request:
    """Return the request addressed to ``address``; its Host header and the name TLS checks stay the host's."""
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions={**request.extensions, "sni_hostname": host},
    )
