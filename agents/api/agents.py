"""``/agents``: what can be put into a workflow, and who runs it."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from agentcluster.api.pages import CursorPages
from agentcluster.api.permissions import LoggedIn
from agentcluster.errors import BadInputError
from agents.api.live import look
from agents.api.rows import Row, agent_row, instance_rows, version_row
from agents.api.schemas import AgentDetailSerializer, AgentListSerializer
from agents.registry import catalogue

_ENABLED = {"true": True, "false": False, "all": None}


class AgentsView(APIView):
    """The registry."""

    permission_classes = [LoggedIn]
    page_order = "name"

    @extend_schema(
        operation_id="agents_list",
        tags=["agents"],
        responses=AgentListSerializer,
        parameters=[
            OpenApiParameter("search", str, description="Words in name, title or description, in any language"),
            OpenApiParameter("capability", str),
            OpenApiParameter("category", str),
            OpenApiParameter("enabled", str, enum=list(_ENABLED), default="true"),
            OpenApiParameter("limit", int),
            OpenApiParameter("cursor", str),
        ],
    )
    def get(self, request: Request) -> Response:
        """Return agents with their newest version, by name."""
        asked = request.query_params
        enabled = asked.get("enabled", "true")
        if enabled not in _ENABLED:
            raise BadInputError("enabled is true, false or all.", field="/enabled")
        agents = catalogue.find(
            search=asked.get("search", ""),
            capability=asked.get("capability", ""),
            category=asked.get("category", ""),
            enabled=_ENABLED[enabled],
        )
        pages = CursorPages()
        page = pages.paginate_queryset(agents, request, view=self) or []
        live = look()
        counts = live.instances_by_agent()
        rows = [agent_row(agent, counts[agent.name] if live.known else None) for agent in page]
        answer = pages.get_paginated_response(rows)
        answer.data |= {"live": live.known, "live_detail": live.detail}
        return answer


class AgentView(APIView):
    """One agent."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="agents_read", tags=["agents"], responses=AgentDetailSerializer)
    def get(self, request: Request, name: str) -> Response:
        """Return the agent with all its versions, newest first, and its instances."""
        agent = catalogue.one(name)
        live = look()
        count = live.instances_by_agent()[name] if live.known else None
        versions = agent.versions.select_related("intent_schema")
        row: Row = {
            **agent_row(agent, count),
            "versions": [{**version_row(version), "created_at": version.created_at} for version in versions],
            "instances": instance_rows(name, live),
            "live": live.known,
        }
        return Response(row)
