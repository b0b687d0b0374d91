"""``/nodes``: the hosts of agents, as they stand now."""

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from agents.api.live import look
from agents.api.schemas import NodeListSerializer


class NodesView(APIView):
    """The cluster."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="nodes_list", tags=["nodes"], responses=NodeListSerializer)
    def get(self, request: Request) -> Response:
        """Return all nodes in sight, by name; failed ones for ten minutes."""
        live = look()
        rows = [msgspec.to_builtins(node) for node in live.nodes]
        return Response(
            {"next": None, "previous": None, "results": rows, "live": live.known, "live_detail": live.detail}
        )
