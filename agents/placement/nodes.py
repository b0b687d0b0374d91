"""Finding nodes and instances in sight, and giving orders to them."""

from typing import Any

from agents.cluster import snapshot
from agents.cluster.control import InstanceGoneError, NodeControl, tell
from agents.cluster.heartbeat import HostedInstance, NodeStatus
from agents.cluster.placement import site_of
from agents.domain.health import Health
from agents.domain.placement import Slot
from agents.domain.slot_choice import Site
from agents.placement.errors import AmbiguousNodeError, UnknownNodeError


def find_node(named: str) -> NodeStatus:
    """Return the node with this id or name; of several with the name the one that is not failed.

    Raises ``UnknownNodeError``, ``AmbiguousNodeError`` (with the ids), ``BusUnavailableError``.
    """
    nodes = snapshot.read()
    found = [node for node in nodes if node.node_id == named]
    found = found or [node for node in nodes if node.name == named and node.status is not Health.FAILED]
    found = found or [node for node in nodes if node.name == named][:1]
    if not found:
        names = ", ".join(sorted({node.name for node in nodes})) or "none at all"
        raise UnknownNodeError(f"There is no node “{named}”; there are {names}.", node=named)
    if len(found) > 1:
        ids = [node.node_id for node in found]
        raise AmbiguousNodeError(f"{len(found)} nodes are called “{named}”; say which: {', '.join(ids)}.", ids=ids)
    return found[0]


def find_instance(instance: str) -> tuple[NodeStatus, HostedInstance]:
    """Return an instance with its node; raises ``InstanceGoneError``, ``BusUnavailableError``."""
    for node in snapshot.read():
        for hosted in node.agents:
            if hosted.instance == instance and node.status is not Health.FAILED:
                return node, hosted
    raise InstanceGoneError(f"There is no instance {instance}: it has ended, or never was.", instance=instance)


def order(node: str, control: NodeControl) -> dict[str, Any]:
    """Give an order to the node with this id and return what it answers; the errors of ``control.tell``."""
    return snapshot.call(lambda bus: tell(bus, node, control))


def sites() -> list[Site]:
    """Return the nodes that live, as places for instances."""
    return [site_of(node) for node in snapshot.read() if node.status is Health.ACTIVE]


def living() -> dict[str, str]:
    """Return the names of the nodes that have not failed, by id."""
    return {node.node_id: node.name for node in snapshot.read() if node.status is not Health.FAILED}


def troubles() -> dict[str, str]:
    """Return why instances that nodes host work no calls now, by instance; those that do are not in it."""
    return {
        hosted.instance: hosted.trouble
        for node in snapshot.read()
        if node.status is not Health.FAILED
        for hosted in node.agents
        if hosted.trouble
    }


def is_free(slot: Slot, alive: dict[str, str]) -> bool:
    """Return whether the holder of a slot is gone."""
    return slot.node not in alive
