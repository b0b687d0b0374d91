"""``/health/live`` and ``/health/ready`` as ASGI, before Django's middleware: no login, no session, no secrets."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from django.conf import settings

from agentcluster.health.checks import DatabaseCheck, NatsCheck, RedisCheck
from agentcluster.health.nodes import check_nodes
from agentcluster.health.ready import Readiness
from agentcluster.health.workers import WorkersCheck, read_counters

PREFIX = "/health/"

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
Application = Callable[[Any, Receive, Send], Awaitable[None]]


class WebReadiness(Readiness):
    """The checks of the web process, with connections of their own."""

    def __init__(self) -> None:
        self._redis, self._nats = RedisCheck(settings.REDIS_URL), NatsCheck(settings.NATS_URL)
        super().__init__(
            {
                "database": DatabaseCheck(),
                "redis": self._redis,
                "nats": self._nats,
                "workers": WorkersCheck(lambda: read_counters(self._redis.client)),
                "nodes": check_nodes,
            }
        )

    async def close(self) -> None:
        """Let the connections go."""
        await self._redis.client.aclose()
        await self._nats.close()


class HealthRoutes:
    """Answers the health paths itself and hands every other request on."""

    def __init__(self, following: Application) -> None:
        self._following = following
        self._readiness: WebReadiness | None = None

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        """Answer 200 or 503 as JSON; 404 and 405 for what is not asked so."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self._following(scope, receive, send)
            return
        status, body = await self._answer(scope["path"].removeprefix(PREFIX).rstrip("/"), scope["method"])
        content = json.dumps(body).encode()
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(content)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        shown = b"" if scope["method"] == "HEAD" else content
        await send({"type": "http.response.body", "body": shown})

    async def close(self) -> None:
        """Let the connections of the checks go."""
        if self._readiness is not None:
            await self._readiness.close()

    async def _answer(self, what: str, method: str) -> tuple[int, dict[str, Any]]:
        if method not in ("GET", "HEAD"):
            return 405, {"status": "error", "detail": "Use GET."}
        if what == "live":
            return 200, {"status": "ok", "checks": {}}
        if what != "ready":
            return 404, {"status": "error", "detail": "There are /health/live and /health/ready."}
        if self._readiness is None:
            self._readiness = WebReadiness()
        ready, body = await self._readiness.look()
        return (200 if ready else 503), body
