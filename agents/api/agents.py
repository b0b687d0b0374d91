"""``/agents``: what can be put into a workflow, and who runs it."""

from typing import cast

from django.contrib.auth.models import User
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
from agents.bundles import state
from agents.placement.actions.register_remote import register_remote
from agents.placement.api.rows import Sight, deployment_row
from agents.placement.api.schemas import RegisterBody
from agents.placement.models import Deployment
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

    @extend_schema(
        operation_id="register_agent",
        tags=["agents"],
        request=RegisterBody,
        responses={201: AgentDetailSerializer, 200: AgentDetailSerializer},
    )
    def post(self, request: Request) -> Response:
        """Register an agent that runs wherever a process joins for it; 200 when this version is there already.

        Staff only. Agents that nodes are to run come as bundles.
        """
        body = RegisterBody(data=request.data)
        body.is_valid(raise_exception=True)
        version, new = register_remote(cast(User, request.user), **body.validated_data)
        return Response(detail_row(version.agent.name), status=201 if new else 200)


class AgentView(APIView):
    """One agent."""

    permission_classes = [LoggedIn]

    @extend_schema(operation_id="agents_read", tags=["agents"], responses=AgentDetailSerializer)
    def get(self, request: Request, name: str) -> Response:
        """Return the agent with all its versions, newest first, and its instances."""
        return Response(detail_row(name))


def detail_row(name: str) -> Row:
    """Return an agent with all its versions, their deployments and its instances; raises ``UnknownAgentError``."""
    agent = catalogue.one(name)
    live = look()
    count = live.instances_by_agent()[name] if live.known else None
    versions = [*agent.versions.select_related("intent_schema")]
    sight = Sight()
    deployments = {
        row.identity: deployment_row(row, sight)
        for row in Deployment.objects.filter(agent=name).select_related("changed_by")
    }
    bundles = state.statuses([version.identity for version in versions])
    return {
        **agent_row(agent, count),
        "versions": [
            {
                **version_row(version),
                "created_at": version.created_at,
                "runtime": version.manifest.get("runtime", "builtin"),
                "bundle_status": bundles.get(version.identity),
                "deployment": deployments.get(version.identity),
            }
            for version in versions
        ],
        "instances": instance_rows(name, live),
        "live": live.known,
    }
