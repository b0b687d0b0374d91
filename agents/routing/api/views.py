"""``/breakers`` and ``/agents/{name}/load``: how calls are routed. Reading: any account; resetting: operators of the cluster."""

from dataclasses import asdict
from typing import Any, cast

from django.contrib.auth.models import User
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from agentcluster.errors import ForbiddenError
from agentcluster.streams.shared import shared_client
from agents.api.live import look
from agents.registry import catalogue
from agents.routing import breakers, load
from agents.routing.api.schemas import BreakerChangeList, BreakerList, BreakerRow, LoadList, breaker_row, change_row

PERMISSION = "placement.operate_nodes"


def _list(rows: list[dict[str, Any]], **more: Any) -> Response:
    return Response({"next": None, "previous": None, "results": rows, **more})


class BreakersView(APIView):
    """The circuit breakers."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="list_breakers", responses=BreakerList, tags=["breakers"])
    def get(self, request: Request) -> Response:
        """Return the breakers of all agent versions that were called lately or whose breaker has ever opened."""
        return _list([breaker_row(row) for row in breakers.rows(shared_client())])


class ResetView(APIView):
    """Closes a breaker by hand."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="reset_breaker", request=None, responses=BreakerRow, tags=["breakers"])
    def post(self, request: Request, agent: str, version: str) -> Response:
        """Let all calls through again at once. Staff, or who may operate nodes; 404 `no_breaker`."""
        user = cast(User, request.user)
        if not (user.is_active and (user.is_staff or user.has_perm(PERMISSION))):
            raise ForbiddenError(f"Only staff and users with the permission {PERMISSION} may reset a breaker.")
        status = breakers.reset(shared_client(), user, agent, version)
        return Response(breaker_row(breakers.Row(status, 0, 0, 0.0)))


class ChangesView(APIView):
    """What a breaker has done."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="list_breaker_changes", responses=BreakerChangeList, tags=["breakers"])
    def get(self, request: Request, agent: str, version: str) -> Response:
        """Return the last changes of a breaker with their reasons, newest first."""
        return _list([change_row(status) for status in breakers.changes(shared_client(), agent, version)])


class LoadView(APIView):
    """The load of an agent's instances."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="agent_load", responses=LoadList, tags=["agents"])
    def get(self, request: Request, name: str) -> Response:
        """Return how busy each instance of the agent is, over all engine workers, and its score."""
        agent = catalogue.one(name)
        live = look()
        rows = [asdict(row) for row in load.of_agent(shared_client(), agent.name, live.nodes)]
        return _list(rows, live=live.known, live_detail=live.detail)
