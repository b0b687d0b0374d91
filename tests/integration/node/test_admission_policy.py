"""What a policy says of the calls an instance works on at a time counts at once, at the node and in what it tells."""

import pytest

from agentcluster.messaging import Bus
from agentcluster.streams.batch import BatchWriter
from agents.cluster.view import ClusterView
from agents.domain.policy import Match, Policy, PolicySet
from agents.node.node import Node, profile
from agents.policies import live
from tests.agents.client import Caller
from tests.agents.manifests import LIGHT
from tests.waiting import until

BOUND = Policy("sleepers", "admission", Match(agent="sleeper"), {"concurrent": 1})
"""The manifest of the agent says three."""


@pytest.fixture(autouse=True)
def fresh(monkeypatch):
    monkeypatch.setattr(live, "_known", live._Known(PolicySet()))
    monkeypatch.setattr(live, "_listeners", [])


def sleeper(node: Node):
    return next(hosted for hosted in node.agents if hosted.name == "sleeper")


def counts(node: Node) -> tuple[int, int]:
    hosted = sleeper(node)
    return hosted.running, len(hosted.waiting)


async def test_those_who_wait_begin_as_soon_as_the_policy_allows(node: Node, caller: Caller) -> None:
    live.replace(PolicySet(1, (BOUND,)))
    calls = [caller.send("sleeper", {"seconds": 30}) for _ in range(5)]
    await until(lambda: counts(node) == (1, 4))
    live.replace(PolicySet(2, ()))
    assert counts(node) == (3, 2)
    for call_id in calls:
        caller.control("sleeper", "cancel", call_id)


async def test_the_heartbeat_tells_the_bound_that_holds_and_tells_it_at_once(bus: Bus, node: Node) -> None:
    view = ClusterView(bus)
    changes = []
    await view.start()
    try:
        view.on_change(lambda: changes.append(told(view, node)))
        assert told(view, node) == 3
        live.replace(PolicySet(1, (BOUND,)))
        await until(lambda: told(view, node) == 1, timeout_s=2)
        live.replace(PolicySet(2, ()))
        await until(lambda: told(view, node) == 3, timeout_s=2)
        await until(lambda: changes[-2:] == [1, 3], timeout_s=2)
    finally:
        await view.stop()


def told(view: ClusterView, node: Node) -> int:
    known = view.instance(sleeper(node).instance)
    return 0 if known is None else known.concurrency


async def test_a_node_that_has_stopped_asks_no_more_what_has_changed(bus: Bus, writer: BatchWriter) -> None:
    node = Node(bus, writer, profile("short"), LIGHT)
    await node.start()
    await node.stop(finish_s=0)
    assert live._listeners == []
