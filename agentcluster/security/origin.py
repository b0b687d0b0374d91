"""Which pages may open a WebSocket: ours. Browsers send cookies with every handshake, so cookies alone prove nothing."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from channels.security.websocket import WebsocketDenier
from django.conf import settings
from django.http.request import split_domain_port, validate_host

Application = Callable[[Any, Any, Any], Awaitable[Any]]


class OriginCheck:
    """Hands a handshake on when its ``Origin`` is the host it goes to, or one of ``CSRF_TRUSTED_ORIGINS``.

    Without ``Origin`` no browser sends it: such a client passes when it brings a token instead of cookies.
    """

    def __init__(self, following: Application) -> None:
        """Guard ``following``."""
        self._following = following
        self._deny = WebsocketDenier.as_asgi()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Hand on or deny (HTTP 403)."""
        return await (self._following if allowed(scope) else self._deny)(scope, receive, send)


def allowed(scope: Any) -> bool:
    """Say whether the handshake comes from where it may."""
    headers: dict[bytes, str] = {name.lower(): value.decode("latin-1") for name, value in scope["headers"]}
    host, origin = headers.get(b"host", ""), headers.get(b"origin")
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    if origin is None:
        return headers.get(b"authorization", "").lower().startswith("bearer ")
    trusted: list[str] = settings.CSRF_TRUSTED_ORIGINS
    return origin in trusted or str(urlsplit(origin).netloc).lower() == host.lower()
