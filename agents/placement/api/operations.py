"""``/nodes/{id}`` and ``/instances/{id}``: orders to nodes, and what instances said."""

from typing import Literal, cast

import msgspec
from django.contrib.auth.models import User
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from agentcluster.errors import BadInputError
from agents.api.schemas import NodeSerializer
from agents.placement import logs, nodes
from agents.placement.access import require_logs
from agents.placement.actions.operate_instance import operate_instance
from agents.placement.actions.operate_node import operate_node
from agents.placement.api.schemas import DrainBody, EndedListSerializer, LogSerializer, MigrateBody, OrderSerializer

LINES_MAX = 500


class NodeView(APIView):
    """One node."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="nodes_read", tags=["nodes"], responses=NodeSerializer)
    def get(self, request: Request, node: str) -> Response:
        """Return a node by its id or name."""
        return Response(msgspec.to_builtins(nodes.find_node(node)))


class DrainView(APIView):
    """Draining."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="drain_node", tags=["nodes"], request=DrainBody, responses=OrderSerializer)
    def post(self, request: Request, node: str) -> Response:
        """Let a node take no new work, and its instances of deployments go elsewhere; or, with `on: false`, end that."""
        body = DrainBody(data=request.data)
        body.is_valid(raise_exception=True)
        action: Literal["drain", "resume"] = "drain" if body.validated_data["on"] else "resume"
        return Response(operate_node(cast(User, request.user), node, action))


class StopView(APIView):
    """Stopping a node."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="stop_node", tags=["nodes"], request=None, responses={202: OrderSerializer})
    def post(self, request: Request, node: str) -> Response:
        """End a node in good order: calls at work finish, its slots go elsewhere. Whoever started it may start it again."""
        return Response(operate_node(cast(User, request.user), node, "stop"), status=202)


class InstanceActionView(APIView):
    """Restarting and stopping; ``action`` is set by the URL map."""

    permission_classes = [LoggedIn]
    action: Literal["restart", "stop"] = "restart"

    @extend_schema(tags=["instances"], request=None, responses={202: OrderSerializer})
    def post(self, request: Request, instance: str) -> Response:
        """Finish the calls at work, end the instance, and start another in its place (after a stop: on any node)."""
        return Response(operate_instance(cast(User, request.user), instance, self.action), status=202)


class MigrateView(APIView):
    """Moving."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="migrate_instance", tags=["instances"], request=MigrateBody, responses={202: OrderSerializer}
    )
    def post(self, request: Request, instance: str) -> Response:
        """Start an instance on another node (`node`, or the best there is), then end this one."""
        body = MigrateBody(data=request.data)
        body.is_valid(raise_exception=True)
        answer = operate_instance(cast(User, request.user), instance, "migrate", body.validated_data["node"])
        return Response(answer, status=202)


class LogsView(APIView):
    """What an instance said."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="read_instance_logs",
        tags=["instances"],
        responses=LogSerializer,
        parameters=[
            OpenApiParameter("after", int, description="The `next` of the answer before"),
            OpenApiParameter("limit", int, description=f"At most {LINES_MAX}"),
        ],
    )
    def get(self, request: Request, instance: str) -> Response:
        """Return the lines after `after`, oldest first, as its node still has them (the newest 2,000).

        Also of an instance that has ended (`ended`: no more will come) or never started, while a node in sight keeps its log.
        Staff, or who may operate nodes or change deployments: an agent may print what runs of any project give it.
        """
        require_logs(cast(User, request.user))
        after, limit = _number(request, "after", 0), _number(request, "limit", 200)
        return Response(logs.read(instance, after, max(1, min(LINES_MAX, limit))))


class EndedView(APIView):
    """Instances that are gone."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="list_ended_instances",
        tags=["instances"],
        responses=EndedListSerializer,
        parameters=[OpenApiParameter("agent", str), OpenApiParameter("node", str, description="A node's id or name")],
    )
    def get(self, request: Request) -> Response:
        """Return instances that are gone, or never started, whose logs a node in sight keeps; the last to end first.

        Each node keeps those of the last 50 instances of bundles. For whoever may read logs.
        """
        require_logs(cast(User, request.user))
        asked = request.query_params
        found = logs.ended(asked.get("agent", ""), asked.get("node", ""))
        return Response({"next": None, "previous": None, "results": found})


def _number(request: Request, name: str, default: int) -> int:
    given = request.query_params.get(name, "")
    if not given:
        return default
    if not (given.isascii() and given.isdigit() and len(given) < 16):
        raise BadInputError(f"{name} is a whole number from 0 on.", field=f"/{name}")
    return int(given)
