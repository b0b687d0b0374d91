"""Where somebody at the gateway comes from, behind a known number of proxies."""

from collections.abc import Iterable

from django.conf import settings

from agentcluster.security.client_address import forwarded_address, plain


def caller(peer: str, forwarded: Iterable[str]) -> str:
    """Return the IP address of who speaks: ``peer``, or as the ``GATEWAY_PROXY_COUNT`` proxies before it wrote it.

    ``forwarded`` are the values of ``X-Forwarded-For``. An entry that is no address (``unknown``) leaves the peer.
    """
    found = forwarded_address(peer, ",".join(forwarded), settings.GATEWAY_PROXY_COUNT)
    return plain(found) or peer
