"""Runs that only wait: they leave the worker, cost next to nothing, and come back for a command or in time."""

import asyncio
import time
from typing import Any

import msgspec
import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command
from django.utils import timezone

from agentcluster.streams import blocking, keys
from designer.domain import events as ev
from designer.domain.commands import Cancel, Decide, Pause, Resume, Signal
from designer.domain.graph import (
    ApprovalNode,
    Edge,
    EndNode,
    Graph,
    Settings,
    SignalNode,
    StartNode,
    WaitNode,
)
from designer.engine import driver, reaper
from designer.engine.inbox import send as send_now
from designer.engine.inbox import send_all as send_all_now
from designer.engine.journal import Journal
from designer.models import Run
from tests.integration.engine.lab import Lab, agent, line
from tests.waiting import until

send = sync_to_async(send_now)
send_all = sync_to_async(send_all_now)
MOST_BYTES = 2048


def approval_after_two_steps() -> Graph:
    nodes = (
        StartNode(id="start"),
        agent("one", "sizes", input={"a": "one"}),
        agent("two", "sizes", input={"b": "two"}),
        ApprovalNode(id="ask", message="Go on?"),
        EndNode(id="end", output={"by": "${ steps.ask.by }"}),
    )
    edges = (Edge("start", "one"), Edge("one", "two"), Edge("two", "ask"), Edge("ask", "end", "approved"))
    return Graph(nodes, edges)


def is_parked(lab: Lab, *run_ids: str) -> bool:
    return all(meta is not None and meta.left == "parked" for meta in blocking.read_metas(lab.client, run_ids))


def kinds(lab: Lab, run_id: str) -> list[type]:
    return [type(event) for event in lab.events(run_id)]


async def test_a_parked_run_has_no_owner_no_memory_and_no_hint(running: Lab) -> None:
    run_ids = await running.start(approval_after_two_steps(), count=30)
    await until(lambda: is_parked(running, *run_ids))
    engine = running.engines[0][0]
    await until(lambda: engine.held == 0)
    await until(lambda: running.client.xlen(keys.READY) == 0)
    assert running.client.xpending(keys.READY, keys.GROUP)["pending"] == 0
    assert await send_all([(run_id, Decide(by="ada", step="ask", approved=True)) for run_id in run_ids]) == [True] * 30
    for run in await running.ended(*run_ids):
        assert (run.status, run.output) == ("completed", {"by": "ada"})
    await running.check(*run_ids, steps=4)
    assert all(ev.RunTakenOver not in kinds(running, run_id) for run_id in run_ids), "nobody was lost"


async def test_a_parked_run_costs_at_most_two_kilobytes(running: Lab) -> None:
    run_ids = await running.start(approval_after_two_steps(), count=50)
    await until(lambda: is_parked(running, *run_ids))
    names = [name(run_id) for run_id in run_ids for name in (keys.log, keys.meta, keys.inbox)]
    sizes = [running.client.memory_usage(name) or 0 for name in names]
    assert sum(sizes) / len(run_ids) <= MOST_BYTES, sizes
    assert running.client.zcard(keys.TIMERS) == 0, "what waits for people needs no timer"


async def test_lists_show_that_a_parked_run_waits(running: Lab) -> None:
    (run_id,) = await running.start(approval_after_two_steps())
    await until(lambda: is_parked(running, run_id))
    run = await running.shown(run_id, "waiting")
    assert run.steps_done == 2
    await send(run_id, Cancel("ada", "no more"))
    (run,) = await running.ended(run_id)
    assert run.status == "cancelled"


async def test_the_row_of_a_parked_run_is_made_again_as_it_was(running: Lab) -> None:
    (asking,) = await running.start(approval_after_two_steps())
    (paused,) = await running.start(line(SignalNode(id="wait", name="go")))
    await running.shown(paused, "waiting")
    await send(paused, Pause("ada"))
    rows = [await running.shown(asking, "waiting"), await running.shown(paused, "paused")]
    await Run.objects.aupdate(status="running", steps_done=0, cursor=999)
    await sync_to_async(call_command)("rebuild_runs")
    for row in rows:
        again = await running.row(row.pk)
        assert (again.status, again.steps_done, again.cursor) == (row.status, row.steps_done, row.cursor)


async def test_a_wait_ends_in_time_without_a_driver(running: Lab) -> None:
    (run_id,) = await running.start(line(WaitNode(id="wait", seconds=7)))
    begun = time.monotonic()
    await until(lambda: is_parked(running, run_id))
    (run,) = await running.ended(run_id)
    assert 6.9 <= time.monotonic() - begun <= 9
    assert run.status == "completed"
    await running.check(run_id, steps=2)


async def test_a_timer_that_rings_early_or_is_lost_does_no_harm(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reaper, "LATE_MS", 500)
    early, lost = await running.start(line(WaitNode(id="wait", seconds=7)), count=2)
    await until(lambda: is_parked(running, early, lost))
    running.client.zadd(keys.TIMERS, {early: 1})
    running.client.zrem(keys.TIMERS, lost)
    await until(lambda: not is_parked(running, early))
    for run in await running.ended(early, lost, timeout_s=25):
        assert run.status == "completed"
    waits = [event for event in running.events(early) if isinstance(event, ev.TimerStarted)]
    assert len(waits) == 1
    await running.check(early, lost, steps=2)


async def test_the_reaper_leaves_parked_runs_alone(running: Lab) -> None:
    (run_id,) = await running.start(line(SignalNode(id="wait", name="paid")))
    await until(lambda: is_parked(running, run_id))
    epoch = running.client.hget(keys.meta(run_id), "epoch")
    started = timezone.now()
    await until(lambda: (timezone.now() - started).total_seconds() > 2.5 * reaper.ROUND_S, 20)
    assert is_parked(running, run_id)
    assert running.client.hget(keys.meta(run_id), "epoch") == epoch
    await send(run_id, Signal(name="paid", data={"sum": 3}, by="ada"))
    (run,) = await running.ended(run_id)
    assert run.status == "completed"


async def test_parked_runs_outlive_their_worker(lab: Lab) -> None:
    await lab.start_node()
    lab.start_engine()
    run_ids = await lab.start(line(WaitNode(id="wait", seconds=8)), count=3)
    await until(lambda: is_parked(lab, *run_ids))
    await lab.stop_engines()
    lab.start_engine()
    for run in await lab.ended(*run_ids):
        assert run.status == "completed"
    assert all(ev.RunTakenOver not in kinds(lab, run_id) for run_id in run_ids)


async def test_a_paused_run_is_parked_and_resumed(running: Lab) -> None:
    graph = line(agent("one", "sleeper", input={"seconds": 0.5}), agent("two", "echo", input={}))
    (run_id,) = await running.start(graph)
    await running.seen(run_id, ev.StepStarted)
    await send(run_id, Pause("ada", "look first"))
    await until(lambda: is_parked(running, run_id))
    assert kinds(running, run_id).count(ev.StepStarted) == 1, "what was in flight ended, nothing new began"
    assert kinds(running, run_id).count(ev.StepCompleted) == 1
    await send(run_id, Resume("ada"))
    (run,) = await running.ended(run_id)
    assert run.status == "completed"
    await running.check(run_id, steps=3)


async def test_a_run_takes_no_longer_than_it_may_also_parked(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(driver, "PARK_AFTER_MS", 500)
    monkeypatch.setattr(reaper, "LATE_MS", 0)
    graph = msgspec.structs.replace(approval_after_two_steps(), settings=Settings(timeout_s=2.5))
    (run_id,) = await running.start(graph)
    await until(lambda: is_parked(running, run_id))
    (run,) = await running.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", "run_too_long")


async def test_a_run_roused_before_its_driver_knows_that_it_is_parked(
    running: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The hint comes to the worker that still holds the run: dropped, it would cost ten seconds."""
    park = Journal.park

    async def park_and_dawdle(journal: Journal, **marks: Any) -> bool:
        parked = await park(journal, **marks)
        await send(journal.run_id, Signal(name="go"))
        await asyncio.sleep(0.2)
        return parked

    monkeypatch.setattr(Journal, "park", park_and_dawdle)
    run_ids = await running.start(line(SignalNode(id="one", name="go"), SignalNode(id="two", name="go")), count=5)
    for run in await running.ended(*run_ids, timeout_s=5):
        assert run.status == "completed"
    await until(lambda: running.client.xlen(keys.READY) == 0)


async def test_answered_commands_leave_the_inbox(running: Lab) -> None:
    graph = line(agent("slow", "sleeper", input={"seconds": 1.5}), SignalNode(id="wait", name="paid"))
    (run_id,) = await running.start(graph)
    await running.seen(run_id, ev.StepStarted)
    for number in range(20):
        await send(run_id, Signal(name="other", data=number))
    await until(lambda: kinds(running, run_id).count(ev.SignalReceived) == 20)
    await until(lambda: running.client.xlen(keys.inbox(run_id)) == 0)
    await until(lambda: is_parked(running, run_id))
    assert running.client.exists(keys.inbox(run_id)) == 0
    await send(run_id, Signal(name="paid"))
    (run,) = await running.ended(run_id)
    assert run.status == "completed"
    assert await send(run_id, Signal(name="paid")) is False
