"""The rate limits of the entry, as Django REST framework asks for them."""

from typing import TYPE_CHECKING, Final, cast

from django.contrib.auth.models import User
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from agentcluster.security import permissions
from agentcluster.security.client_address import client_address
from agentcluster.security.models import ApiToken, Project
from agentcluster.security.permissions import Action
from agents.policies.limits import check_start

if TYPE_CHECKING:
    from rest_framework.views import APIView

COUNTED: Final = "agentcluster.counted"
"""Stands in the ASGI scope of a start that was counted before it came to Django."""


def count_starts(request: Request, project: Project, workflow: str, count: int = 1) -> None:
    """Take a token for each of ``count`` runs that are to start: ``RateLimitedError`` (429 with ``Retry-After``).

    For views that learn only from what was sent which workflow it is about, and how many runs. ``ForbiddenError`` for
    those who may not start runs in the project: they use up nothing of those who may.
    """
    permissions.require(cast(User, request.user), Action.RUN, project)
    _count(request, workflow, count)


def _count(request: Request, workflow: str, count: int = 1) -> None:
    token = str(request.auth.pk) if isinstance(request.auth, ApiToken) else ""
    user, address = cast(User, request.user), client_address(request._request)
    check_start(user=user, token=token, address=address, workflow=workflow, count=count)


class StartRate(BaseThrottle):
    """Counts requests that start one run each; a view names it in ``throttle_classes``."""

    def allow_request(self, request: Request, view: "APIView") -> bool:
        """Pass, or raise ``RateLimitedError`` (429 with ``Retry-After``)."""
        counted = getattr(request._request, "scope", {}).get(COUNTED, False)
        if request.method not in ("GET", "HEAD", "OPTIONS") and not counted:
            _count(request, str(view.kwargs.get("workflow_id", "")))
        return True
