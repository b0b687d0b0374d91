"""What instances said: those that run, and those that are gone or never started, whose logs some node keeps."""

import asyncio
from typing import Any, Final

from agentcluster.errors import AgentClusterError
from agentcluster.messaging import Bus
from agents.cluster import snapshot
from agents.cluster.control import InstanceGoneError, NodeControl, tell
from agents.cluster.heartbeat import NodeStatus
from agents.domain.health import Health
from agents.placement import nodes

ENDED_MAX: Final = 200

Answer = dict[str, Any]


def read(instance: str, after: int, limit: int) -> Answer:
    """Return the lines after ``after``: of a running instance from its node, else from whichever node keeps its log.

    Raises ``InstanceGoneError`` when no node in sight has one, ``BusUnavailableError``.
    """
    order = NodeControl("logs", instance, after=after, limit=limit)
    try:
        return nodes.order(nodes.find_instance(instance)[0].node_id, order)
    except InstanceGoneError:
        return snapshot.call(lambda bus: _first(bus, _in_sight(), order))


def ended(agent: str = "", node: str = "") -> list[Answer]:
    """Return the instances that are gone whose logs are kept, those that spoke last first; ``node`` is an id or a name."""
    asked = [nodes.find_node(node)] if node else _in_sight()
    answers = snapshot.call(lambda bus: _all(bus, asked, NodeControl("ended")))
    found = [
        {**each, "agent": _agent_of(each["instance"]), "node": told.name, "node_id": told.node_id}
        for told, answer in answers
        for each in answer["ended"]
    ]
    chosen = [each for each in found if agent in ("", each["agent"])]
    return sorted(chosen, key=lambda each: -each["at_ms"])[:ENDED_MAX]


def _in_sight() -> list[NodeStatus]:
    return [node for node in snapshot.read() if node.status is not Health.FAILED]


async def _first(bus: Bus, asked: list[NodeStatus], order: NodeControl) -> Answer:
    for _node, answer in await _all(bus, asked, order):
        return answer
    raise InstanceGoneError(
        f"There is no instance {order.instance}, and no node in sight keeps a log of it.", instance=order.instance
    )


async def _all(bus: Bus, asked: list[NodeStatus], order: NodeControl) -> list[tuple[NodeStatus, Answer]]:
    """Return what those answered that could do it."""
    answers = await asyncio.gather(*(_asked(bus, node, order) for node in asked))
    return [(node, answer) for node, answer in zip(asked, answers, strict=True) if answer is not None]


async def _asked(bus: Bus, node: NodeStatus, order: NodeControl) -> Answer | None:
    try:
        return await tell(bus, node.node_id, order)
    except AgentClusterError:
        return None


def _agent_of(instance: str) -> str:
    """Return the name of the agent in the id of an instance that was in a slot (``agents.node.tenancy``)."""
    return instance.rsplit("-", 3)[0]
