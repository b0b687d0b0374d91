"""Which addresses may be called: public ones, and what ``HTTP_CLIENT_ALLOW`` adds.

The name is resolved here and the connection goes to the very address that was checked, so that a name that answers
differently the second time (DNS rebinding) gains nothing.
"""

import asyncio
import ipaddress
import os
import socket
from typing import Final

from agents.tools.http_client.errors import AddressNotAllowedError, HostNotFoundError

VARIABLE: Final = "HTTP_CLIENT_ALLOW"
"""Comma-separated networks (10.0.0.0/8), addresses and host names that may be called although they are private."""

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_CARRIERS: Final = tuple(
    # Addresses that carry an IPv4 address inside: NAT64 (RFC 6052, RFC 8215), 6to4 (RFC 3056), Teredo (RFC 4380).
    ipaddress.ip_network(each)
    for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")
)


async def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host, all of them allowed.

    ``HostNotFoundError``; ``AddressNotAllowedError`` when any of them is not, because which one is taken is chance.
    """
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise HostNotFoundError(f"The host '{host}' has no address.", field="/url", host=host) from error
    addresses = list(dict.fromkeys(str(each[4][0]).partition("%")[0] for each in found))
    allowed = _allowed()
    if host.lower().rstrip(".") in allowed:
        return addresses
    for text in addresses:
        if not _may_call(ipaddress.ip_address(text), allowed):
            where = text if host == text else f"{host} ({text})"
            message = f"{where} is a private or reserved address, and the node's {VARIABLE} does not allow it."
            raise AddressNotAllowedError(message, field="/url", host=host, address=text)
    return addresses


def is_public(address: Address) -> bool:
    """Whether an address belongs to the public internet, also the one it may carry inside."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if any(address in network for network in _CARRIERS) or address.is_site_local:
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def _allowed() -> frozenset[str]:
    entries = os.environ.get(VARIABLE, "").split(",")
    return frozenset(entry.strip().lower() for entry in entries if entry.strip())


def _may_call(address: Address, allowed: frozenset[str]) -> bool:
    return is_public(address) or any(address in network for network in map(_network, allowed) if network)


def _network(entry: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return None
