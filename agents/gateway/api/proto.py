"""The published ``.proto`` of the gateway, for those who write agents in other languages."""

from typing import Final

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from agentcluster.api.permissions import LoggedIn
from agents.gateway.generate import SOURCE

FILE: Final = SOURCE / "agent_service.proto"


class ProtoView(APIView):
    """``AgentService`` in Protocol Buffers."""

    permission_classes = [LoggedIn]

    @extend_schema(
        operation_id="gateway_proto",
        summary="The gateway's .proto",
        description="Generate a client for your language from it; docs/gateways.md tells how the protocol goes.",
        responses={(200, "text/plain"): OpenApiTypes.STR},
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the file."""
        return HttpResponse(FILE.read_text(encoding="utf-8"), content_type="text/plain; charset=utf-8")
