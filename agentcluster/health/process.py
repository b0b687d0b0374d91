"""Whether a process without HTTP lives on this machine: asked from outside it, through what it says of itself."""

import asyncio
import socket

from celery import current_app
from django.conf import settings

from agentcluster.health.checks import NotReadyError, RedisCheck
from agentcluster.health.workers import WorkersCheck, read_counters
from agents.cluster import snapshot
from agents.domain.health import Health

PROCESSES = ("worker", "jobs", "node")
PING_S = 5.0


def check_process(name: str) -> str:
    """Return a few words about the process of this machine; raises ``AgentClusterError`` when it does not live."""
    if name == "worker":
        return asyncio.run(_worker())
    return _jobs() if name == "jobs" else _node()


async def _worker() -> str:
    """The engine worker raises its counter in Redis every second; its id begins with the host's name."""
    redis = RedisCheck(settings.REDIS_URL)
    host = socket.gethostname()
    try:
        check = WorkersCheck(lambda: read_counters(redis.client), ours=lambda worker: worker.startswith(host))
        return await check()
    finally:
        await redis.client.aclose()


def _jobs() -> str:
    name = f"jobs@{socket.gethostname()}"
    if not current_app.control.ping(destination=[name], timeout=PING_S):
        raise NotReadyError(f"{name} does not answer")
    return f"{name} answers"


def _node() -> str:
    host = socket.gethostname()
    try:
        ours = [node for node in snapshot.read() if node.host == host and node.status is Health.ACTIVE]
    finally:
        snapshot.close()
    if not ours:
        raise NotReadyError(f"no node of {host} is active")
    return f"{ours[0].name} is active"
