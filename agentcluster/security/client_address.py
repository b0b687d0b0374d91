"""The address a request comes from, behind a known number of reverse proxies."""

from django.conf import settings
from django.http import HttpRequest


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
