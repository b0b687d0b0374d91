"""Nodes in processes of their own, killed for real, with the timings of real life."""

import asyncio
import os
import signal

import msgspec
import pytest

from agentcluster.clock import monotonic
from agentcluster.tasks import end
from agents.cluster.heartbeat import NodeStatus
from agents.cluster.timeline import Timeline
from agents.cluster.view import ClusterView
from agents.domain.manifest import identity
from agents.domain.placement import Deployment, wanted_key
from agents.tools import builtin
from tests.conftest import Server
from tests.integration.placement.fleet import Fleet
from tests.integration.placement.process import start_node
from tests.waiting import until

TEXT = builtin(("text",))[0]


@pytest.fixture
async def view(fleet: Fleet):
    one = ClusterView(fleet.bus)
    await one.start()
    yield one
    await one.stop()


def placed(view: ClusterView) -> dict[str, list[int]]:
    """Return the slots that run on nodes that get work, by node name."""
    found: dict[str, list[int]] = {}
    for node in view.nodes():
        if node.status == "active":
            found[node.name] = sorted(hosted.slot for hosted in node.agents if hosted.slot >= 0)
    return found


def slots(view: ClusterView) -> list[int]:
    return sorted(slot for held in placed(view).values() for slot in held)


def find(view: ClusterView, name: str) -> NodeStatus:
    return next(node for node in view.nodes() if node.name == name)


async def want(fleet: Fleet, replicas: int) -> None:
    deployment = Deployment(
        "text", TEXT.version, identity(TEXT), replicas, revision=1, runtime="builtin", memory_mib=64
    )
    await fleet.bucket.put(wanted_key("text", identity(TEXT)), msgspec.json.encode(deployment))


async def test_a_killed_nodes_slots_run_elsewhere_within_30_s_and_the_timeline_is_right(
    fleet: Fleet, view: ClusterView, own_nats: Server, redis_url: str, tmp_path
):
    names = ("one", "two", "three")
    processes = {name: start_node(name, own_nats.url, redis_url, tmp_path) for name in names}
    timeline = Timeline(view)
    recording = asyncio.create_task(timeline.run())
    try:
        await until(lambda: len(placed(view)) == 3, 60)
        await want(fleet, 6)
        await until(lambda: slots(view) == [0, 1, 2, 3, 4, 5], 30)
        assert placed(view)["two"]
        processes["two"].kill()
        killed_s = monotonic()
        await until(lambda: "two" not in placed(view) and slots(view) == [0, 1, 2, 3, 4, 5], 30)
        assert monotonic() - killed_s < 30
        await until(lambda: len(timeline.of("two")) == 3, 5)
        healths = [(moment.health, moment.missed) for moment in timeline.of("two")]
        assert healths == [("active", 0), ("unreachable", 1), ("failed", 3)]
        unreachable, failed = timeline.of("two")[1:]
        assert 7 <= unreachable.silent_s < 9
        assert 14.5 <= failed.silent_s < 16.5
        assert all([moment.health for moment in timeline.of(name)] == ["active"] for name in ("one", "three"))
    finally:
        await end(recording)
        for process in processes.values():
            process.kill()
            process.wait()


async def test_a_node_that_wakes_after_it_was_given_up_ends_what_others_took(
    fleet: Fleet, view: ClusterView, own_nats: Server, redis_url: str, tmp_path
):
    processes = {name: start_node(name, own_nats.url, redis_url, tmp_path) for name in ("one", "two")}
    try:
        await until(lambda: len(placed(view)) == 2, 60)
        await want(fleet, 4)
        await until(lambda: slots(view) == [0, 1, 2, 3], 30)
        os.kill(processes["one"].pid, signal.SIGSTOP)
        await until(lambda: placed(view).get("two") == [0, 1, 2, 3] and "one" not in placed(view), 30)
        os.kill(processes["one"].pid, signal.SIGCONT)
        await until(lambda: placed(view) == {"one": [], "two": [0, 1, 2, 3]}, 30)
    finally:
        for process in processes.values():
            process.kill()
            process.wait()
