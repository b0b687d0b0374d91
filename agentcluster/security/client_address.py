"""The address a request comes from, behind a known number of reverse proxies."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Return the client's IP address.

    With ``PROXY_COUNT`` proxies in front, the last so many entries of ``X-Forwarded-For`` were written by them; what
    stands further left was sent by the client and is not believed.
    """
    direct = str(request.META.get("REMOTE_ADDR") or "")
    count: int = settings.PROXY_COUNT
    hops = [hop.strip() for hop in str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",") if hop.strip()]
    if count < 1 or not hops:
        return direct
    return hops[-count] if len(hops) >= count else hops[0]
