"""The rate limits of the entry, as Django REST framework asks for them."""

from typing import TYPE_CHECKING, Final, cast

from django.contrib.auth.models import User
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from agentcluster.security.client_address import client_address
from agentcluster.security.models import ApiToken
from agents.policies.limits import check_start

if TYPE_CHECKING:
    from rest_framework.views import APIView

COUNTED: Final = "agentcluster.counted"
"""Stands in the ASGI scope of a start that was counted before it came to Django."""


class StartRate(BaseThrottle):
    """Counts requests that start runs; a view names it in ``throttle_classes``."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Pass, or raise ``RateLimitedError`` (429 with ``Retry-After``)."""
        counted = getattr(request._request, "scope", {}).get(COUNTED, False)
        if request.method not in ("GET", "HEAD", "OPTIONS") and not counted:
            token = str(request.auth.pk) if isinstance(request.auth, ApiToken) else ""
            workflow = str(view.kwargs.get("workflow_id", ""))
            user = cast(User, request.user)
            check_start(user=user, token=token, address=client_address(request._request), workflow=workflow)
        return True
