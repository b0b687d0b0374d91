"""The address a request comes from, behind a known number of reverse proxies, and who counts as one address."""

import ipaddress
from typing import Final

from django.conf import settings
from django.http import HttpRequest

HOST_BITS: Final = 64
"""Of an IPv6 address: whoever has one has all that differ in these, and could take a fresh one for each try."""


def client_address(request: HttpRequest) -> str:
    """Return the client's IP address, behind ``PROXY_COUNT`` proxies."""
    direct = str(request.META.get("REMOTE_ADDR") or "")
    return forwarded_address(direct, str(request.META.get("HTTP_X_FORWARDED_FOR", "")), settings.PROXY_COUNT)


def forwarded_address(direct: str, forwarded: str, count: int) -> str:
    """Return who spoke to the first of ``count`` proxies; ``direct`` is the peer, ``forwarded`` the ``X-Forwarded-For``.

    The last so many entries were written by the proxies; what stands further left was sent by the client and is not
    believed.
    """
    hops = [hop.strip() for hop in forwarded.split(",") if hop.strip()]
    if count < 1 or not hops:
        return direct
    return hops[-count] if len(hops) >= count else hops[0]


def counted_client(request: HttpRequest) -> str:
    """Return the client's address as ``counted`` gives it."""
    return counted(client_address(request))


def counted(address: str) -> str:
    """Return the address under which one that is bounded or locked out is counted.

    An IPv6 address counts with its whole /64, one that stands for an IPv4 address (``::ffff:192.0.2.1``) as that.
    What is no address is returned as it is.
    """
    known = plain(address)
    if not known:
        return address
    found = ipaddress.ip_address(known)
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.IPv6Address(int(found) >> HOST_BITS << HOST_BITS))


def plain(text: str) -> str:
    """Return the address in ``192.0.2.1``, ``192.0.2.1:5000``, ``2001:db8::1`` or ``[2001:db8::1]:5000``; else nothing."""
    bare = text.partition("]")[0].removeprefix("[") if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ""
