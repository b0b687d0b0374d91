"""Whether a process without HTTP lives on this machine, asked from outside it."""

import socket

from celery import current_app

from agentcluster.health import sign_of_life
from agentcluster.health.checks import NotReadyError
from agents.cluster import snapshot
from agents.domain.health import Health

CELERY_NAMES = {"worker": "engine", "jobs": "jobs"}
SIGNS = ("beat", "triggers", "gateway")
"""Processes that leave signs of life on their machine."""
PROCESSES = (*CELERY_NAMES, "node", *SIGNS)
PING_S = 5.0


def check_process(name: str) -> str:
    """Return a few words about the process of this machine; raises ``AgentClusterError`` when it does not live."""
    if name in SIGNS:
        return _sign(name)
    return _celery(CELERY_NAMES[name]) if name in CELERY_NAMES else _node()


def _sign(name: str) -> str:
    age = sign_of_life.age_s(name)
    if age is None:
        raise NotReadyError("it does not run on this machine")
    if age > sign_of_life.STALE_S:
        raise NotReadyError(f"it has given no sign of life for {age:.0f} s")
    return "its loop turns"


def _celery(role: str) -> str:
    """Ask through the broker; an engine that failed ends its worker, so the worker's answer speaks for both."""
    name = f"{role}@{socket.gethostname()}"
    if not current_app.control.ping(destination=[name], timeout=PING_S):
        raise NotReadyError(f"{name} does not answer")
    return f"{name} answers"


def _node() -> str:
    host = socket.gethostname()
    try:
        here = [node for node in snapshot.read() if node.host == host and node.role != "gateway"]
        ours = [node for node in here if node.status is Health.ACTIVE]
    finally:
        snapshot.close()
    if not ours:
        raise NotReadyError(f"no node of {host} is active")
    return f"{ours[0].name} is active"
