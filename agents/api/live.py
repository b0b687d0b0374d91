"""What is known of the cluster at this moment, or why nothing is."""

from collections import Counter
from dataclasses import dataclass

from agentcluster.errors import UnavailableError
from agents.cluster import snapshot
from agents.cluster.heartbeat import NodeStatus
from agents.domain.health import Health


@dataclass(frozen=True)
class Live:
    """The nodes in sight; without NATS none, ``known`` is false and ``detail`` says why."""

    nodes: tuple[NodeStatus, ...] = ()
    known: bool = True
    detail: str = ""

    def instances_by_agent(self) -> Counter[str]:
        """Count the instances of each agent that work, on nodes that get work."""
        return Counter(
            hosted.name
            for node in self.nodes
            if node.status is Health.ACTIVE
            for hosted in node.agents
            if not hosted.trouble
        )


def look() -> Live:
    """Read the cluster snapshot; when NATS is away, say so instead of failing."""
    try:
        return Live(tuple(snapshot.read()))
    except UnavailableError as error:
        return Live(known=False, detail=error.message)
