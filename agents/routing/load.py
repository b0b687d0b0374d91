"""How busy the instances of an agent are, by the figures that calls are routed by."""

from collections.abc import Iterable
from dataclasses import dataclass

from agentcluster.streams.connections import SyncClient
from agentcluster.streams.tasks import read_consumers
from agents.cluster.heartbeat import NodeStatus
from agents.domain.health import Health
from agents.domain.lifecycle import LifeState
from agents.domain.policy import Routing, Subject
from agents.domain.scoring import Load, scores
from agents.policies import live
from agents.routing import breakers


@dataclass(frozen=True)
class InstanceLoad:
    """An instance; ``stale``: it gets no calls, since it was not heard of lately or does not run."""

    instance: str
    node: str
    version: str
    pending: int
    idle_ms: int
    score: float
    stale: bool
    breaker: str


def of_agent(client: SyncClient, agent: str, nodes: Iterable[NodeStatus]) -> list[InstanceLoad]:
    """Return the load of each instance of ``agent`` on ``nodes``, the least busy first."""
    known = {each.instance: each for each in read_consumers(client, agent)}
    states = {row.status.version: row.status.state for row in breakers.rows(client) if row.status.agent == agent}
    hosted = [(node, each) for node in nodes for each in node.agents if each.name == agent]
    loads = [
        Load(seen.pending, seen.idle_ms if seen.pending else 0) if (seen := known.get(each.instance)) else Load(0, 0)
        for _, each in hosted
    ]
    routing: Routing = live.spec("routing", Subject(agent=agent))
    found = [
        InstanceLoad(
            each.instance,
            node.name,
            each.version,
            int(load.pending),
            int(load.idle_ms),
            round(score, 4),
            node.status is not Health.ACTIVE or each.state is not LifeState.RUNNING,
            states.get(each.version, "closed"),
        )
        for (node, each), load, score in zip(
            hosted, loads, scores(loads, routing.pending_weight, routing.idle_weight), strict=True
        )
    ]
    return sorted(found, key=lambda each: (each.score, each.instance))
