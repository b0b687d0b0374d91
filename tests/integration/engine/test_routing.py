"""Calls go where the least is to do, over all workers; and the ledger that says so is empty when nothing is at work."""

import asyncio
import time
from collections import Counter
from typing import Any

import pytest

from agentcluster.streams import keys, tasks
from agentcluster.streams.run_log import RunLog
from agents.cluster.view import ClusterView
from designer.domain import events as ev
from designer.domain.graph import AgentNode, Edge, EndNode, Graph, MapNode, StartNode
from designer.engine.liveness import MISSES, Liveness
from designer.engine.task_sweep import TaskSweep
from tests.integration.engine import routing_agents as mine
from tests.integration.engine.lab import Lab, agent, line
from tests.waiting import until

PACED = keys.tasks("paced")


def spread(count: int, concurrency: int, seconds: float) -> Graph:
    """Return a map of ``count`` calls."""
    each = AgentNode(id="call", agent="paced", parent="each", input={"seconds": seconds})
    over = MapNode(id="each", items="${ input.items }", concurrency=concurrency)
    nodes = (StartNode(id="start"), over, each, EndNode(id="end"))
    return Graph(nodes, (Edge("start", "each"), Edge("each", "end")))


def instances(lab: Lab, *run_ids: str) -> Counter[str]:
    found = [event for run_id in run_ids for event in lab.events(run_id) if isinstance(event, ev.StepStarted)]
    return Counter(event.host for event in found)


async def pending(lab: Lab) -> dict[str, int]:
    return {each.instance: each.pending for each in await tasks.consumers(RunLog(lab.writer), "paced")}


async def emptied(lab: Lab, timeout_s: float = 3.0) -> None:
    end = time.monotonic() + timeout_s
    while lab.client.xlen(PACED) or any((await pending(lab)).values()):
        assert time.monotonic() < end, lab.client.xrange(PACED)
        await asyncio.sleep(0.05)


@pytest.mark.django_db(transaction=True)
async def test_a_task_is_pending_with_its_instance_while_it_is_at_work(lab: Lab) -> None:
    await lab.start_node([mine.PACED])
    lab.start_engine()
    runs = await lab.start(line(agent("a", "paced", input={"seconds": 0.6})), count=5)
    await asyncio.gather(*(lab.seen(run, ev.StepStarted) for run in runs))
    await asyncio.sleep(0.2)
    assert [*(await pending(lab)).values()] == [5]
    await lab.ended(*runs)
    await emptied(lab)
    assert lab.client.xinfo_stream(PACED)["entries-added"] == 5


@pytest.mark.django_db(transaction=True)
async def test_work_is_spread_over_the_instances(lab: Lab) -> None:
    for _ in range(4):
        await lab.start_node([mine.PACED])
    lab.start_engine()
    (run,) = await lab.start(spread(200, 16, 0.03), {"items": [*range(200)]})
    await lab.ended(run)
    counts = instances(lab, run)
    assert len(counts) == 4, counts
    assert min(counts.values()) >= 20, counts
    await emptied(lab)


@pytest.mark.django_db(transaction=True)
async def test_a_slow_instance_gets_less_than_its_sisters(lab: Lab) -> None:
    await lab.start_node([mine.LAME])
    for _ in range(4):
        await lab.start_node([mine.PACED])
    lab.start_engine()
    (warm,) = await lab.start(spread(200, 12, 0.05), {"items": [*range(200)]})
    await lab.ended(warm)
    (run,) = await lab.start(spread(400, 12, 0.05), {"items": [*range(400)]})
    await lab.ended(run)
    counts = instances(lab, run)
    assert len(counts) == 5, counts
    least, *others = sorted(counts.values())
    # A fair share is a fifth; on a busy machine its sisters are slow at times, too.
    assert least < 400 / 10, counts
    assert min(others) > 2 * least, counts


@pytest.mark.django_db(transaction=True)
async def test_what_other_workers_have_given_to_an_instance_counts(lab: Lab) -> None:
    for _ in range(2):
        await lab.start_node([mine.PACED])
    lab.start_engine(max_runs=1)
    (busy,) = await lab.start(line(agent("a", "paced", input={"seconds": 8})))
    taken: Any = await lab.seen(busy, ev.StepStarted)
    lab.start_engine(max_runs=1)
    (other,) = await lab.start(spread(20, 1, 0.06), {"items": [*range(20)]})
    await lab.ended(other)
    counts = instances(lab, other)
    # Until the first look the two take turns; after it the one that the other worker keeps busy is left alone.
    assert counts[taken.host] <= 6, counts


@pytest.mark.django_db(transaction=True)
async def test_nothing_is_left_by_a_worker_that_was_killed(lab: Lab) -> None:
    await lab.start_node([mine.PACED])
    engine = lab.start_engine()
    runs = await lab.start(line(agent("a", "paced", input={"seconds": 2})), count=3)
    await asyncio.gather(*(lab.seen(run, ev.StepStarted) for run in runs))
    await asyncio.sleep(0.1)
    assert lab.client.xlen(PACED) == 3
    # As by kill -9: entries whose worker nobody hears of any more.
    log = RunLog(lab.writer)
    await tasks.record(log, "paced", "a-worker-that-died", [], [tasks.NewTask("gone", "r/s/1", over=False)])
    await lab.ended(*runs)
    await emptied(lab, 30)
    assert engine.held == 0


async def test_tasks_of_a_gateway_stay_for_as_long_as_its_node_lives(lab: Lab) -> None:
    """A gateway is a node; it beats as one, and not as an engine worker does."""
    node = await lab.start_node([mine.PACED])
    gateway, log, view = node.profile.node_id, RunLog(lab.writer), ClusterView(lab.bus)
    await view.start()
    liveness = Liveness(log, "sweeper")
    unused: Any = None
    sweep = TaskSweep(log, unused, view, liveness, "sweeper")
    for number, worker in enumerate((gateway, "gone"), 1):
        lab.client.xadd(PACED, {"i": "one", "c": f"task/{number}", "w": worker}, id=f"{number}-1")
        assert not liveness.is_dead(worker)
    for _ in range(MISSES):
        await liveness._beat()
    await sweep._sweep_agent("paced")
    assert [fields[b"w"] for _, fields in lab.client.xrange(PACED)] == [gateway.encode()]
    lab.nodes.remove(node)
    await node.stop(finish_s=0)
    await until(lambda: view.health(gateway) is None)
    await sweep._sweep_agent("paced")
    assert not lab.client.xlen(PACED)
    await view.stop()
    await liveness.stop()


@pytest.mark.django_db(transaction=True)
async def test_an_emptied_redis_ledger_stops_nobody(lab: Lab) -> None:
    await lab.start_node([mine.PACED])
    lab.start_engine()
    runs = await lab.start(line(agent("a", "paced", input={"seconds": 0.5})), count=3)
    await asyncio.gather(*(lab.seen(run, ev.StepStarted) for run in runs))
    await asyncio.sleep(0.05)
    lab.client.delete(PACED)
    more = await lab.start(line(agent("a", "paced", input={"seconds": 0.1})), count=3)
    await lab.ended(*runs, *more)
    await emptied(lab)
