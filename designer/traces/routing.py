"""Where the live trace is: for ``agentcluster.asgi``."""

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from django.urls import path

from designer.traces.socket import trace_socket
from designer.traces.sse import trace_stream, wants_stream

Application = Callable[[Any, Any, Any], Awaitable[Any]]

websocket_urlpatterns: Final = [path("ws/runs/<str:run_id>/", cast(Any, trace_socket))]


class EventStreams:
    """Answers requests for a run's event stream itself, off the middleware, and hands every other request on."""

    def __init__(self, following: Application) -> None:
        """Stand before ``following``."""
        self._following = following

    async def __call__(self, scope: Any, receive: Any, send: Any) -> Any:
        """Stream, or hand on."""
        return await (trace_stream if wants_stream(scope) else self._following)(scope, receive, send)
