"""The gateway's part of ``/api/v1/``."""

from django.urls import path

from agents.gateway.api.proto import ProtoView

urlpatterns = [
    path("gateway/agent_service.proto", ProtoView.as_view(), name="api-gateway-proto"),
]
