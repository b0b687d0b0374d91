"""NATS_URL: one or more servers, separated by commas, with user and password or token in the URL."""

from typing import Final
from urllib.parse import urlsplit

from agentcluster.messaging.errors import BadAddressError

_SCHEMES: Final = ("nats", "tls", "ws", "wss")


def servers(url: str) -> list[str]:
    """Return the servers in ``url``; BadAddressError when one is not a NATS address."""
    found = [part.strip() for part in url.split(",") if part.strip()]
    for server in found:
        parts = urlsplit(server if "://" in server else f"nats://{server}")
        try:
            usable = parts.scheme in _SCHEMES and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise BadAddressError(url=public(server))
    if not found:
        raise BadAddressError()
    return found


def public(url: str) -> str:
    """Return the address without user, password or token, for logs and messages."""
    shown = []
    for server in url.split(","):
        scheme, found, rest = server.strip().rpartition("://")
        shown.append(f"{scheme}{found}{rest.rpartition('@')[2]}")
    return ",".join(shown)
