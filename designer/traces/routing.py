"""Where the live trace is: for ``agentcluster.asgi``."""

from typing import Any, cast

from django.urls import path

from designer.traces.socket import trace_socket

websocket_urlpatterns = [path("ws/runs/<str:run_id>/", cast(Any, trace_socket))]
