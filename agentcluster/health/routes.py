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


def web_readiness() -> Readiness:
    """Return the checks of the web process, with connections of their own."""
    redis = RedisCheck(settings.REDIS_URL)
    return Readiness(
        {
            "database": DatabaseCheck(),
            "redis": redis,
            "nats": NatsCheck(settings.NATS_URL),
            "workers": WorkersCheck(lambda: read_counters(redis.client)),
            "nodes": check_nodes,
        }
    )


class HealthRoutes:
    """Answers the health paths itself and hands every other request on."""

    def __init__(self, following: Application) -> None:
        self._following = following
        self._readiness: Readiness | None = None

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

    async def _answer(self, what: str, method: str) -> tuple[int, dict[str, Any]]:
        if method not in ("GET", "HEAD"):
            return 405, {"status": "error", "detail": "Use GET."}
        if what == "live":
            return 200, {"status": "ok", "checks": {}}
        if what != "ready":
            return 404, {"status": "error", "detail": "There are /health/live and /health/ready."}
        if self._readiness is None:
            self._readiness = web_readiness()
        ready, body = await self._readiness.look()
        return (200 if ready else 503), body
