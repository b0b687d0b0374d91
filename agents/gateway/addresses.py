"""Where somebody at the gateway comes from, behind a known number of proxies."""

import ipaddress
from collections.abc import Iterable

from django.conf import settings

from agentcluster.security.client_address import forwarded_address


def caller(peer: str, forwarded: Iterable[str]) -> str:
    """Return the IP address of who speaks: ``peer``, or as the ``GATEWAY_PROXY_COUNT`` proxies before it wrote it.

    ``forwarded`` are the values of ``X-Forwarded-For``. An entry that is no address (``unknown``) leaves the peer.
    """
    found = forwarded_address(peer, ",".join(forwarded), settings.GATEWAY_PROXY_COUNT)
    return _plain(found) or peer


def _plain(text: str) -> str:
    """Return the address in ``192.0.2.1``, ``192.0.2.1:5000``, ``2001:db8::1`` or ``[2001:db8::1]:5000``; else nothing."""
    bare = text.partition("]")[0].removeprefix("[") if text.startswith("[") else text
    if bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return ""
