"""Whether any node can take calls, as the rest of this process sees the cluster."""

import asyncio

from agentcluster.errors import AgentClusterError
from agentcluster.health.checks import NotReadyError
from agents.cluster import snapshot
from agents.domain.health import Health


async def check_nodes() -> str:
    """Return how many nodes are active; raises ``NotReadyError`` when none is."""
    try:
        nodes = await asyncio.to_thread(snapshot.read)
    except AgentClusterError as error:
        raise NotReadyError("unknown without NATS") from error
    # A gateway hosts only who joins it: without nodes nothing built in would run.
    active = sum(1 for node in nodes if node.status is Health.ACTIVE and node.role != "gateway")
    if not active:
        raise NotReadyError("no node is active")
    return f"{active} active"
