"""Limits to how many runs of a workflow go on at a time, through the real engine."""

import asyncio

import msgspec
from asgiref.sync import sync_to_async

from agentcluster.streams import blocking, keys
from designer.domain import events as ev
from designer.domain.commands import Cancel, Signal
from designer.domain.graph import Concurrency, Graph, Settings, SignalNode
from designer.engine.inbox import send as send_now
from designer.models import Run
from tests.integration.engine.lab import Lab, agent, line
from tests.waiting import until

send = sync_to_async(send_now)


def limited(graph: Graph, **fields: object) -> Graph:
    return msgspec.structs.replace(graph, settings=Settings(concurrency=Concurrency(**fields)))  # type: ignore[arg-type]


def waiting_for_a_signal(**fields: object) -> Graph:
    return limited(line(SignalNode(id="wait", name="go")), **fields)


def gates(lab: Lab) -> list[bytes]:
    return [*lab.client.smembers(keys.GATES)]


async def until_kind(lab: Lab, run_id: str, kind: type[ev.Event]) -> None:
    await lab.seen(run_id, kind)


async def test_runs_beyond_the_limit_wait_their_turn(running: Lab) -> None:
    graph = limited(line(agent("slow", "sleeper", input={"seconds": 0.3})), limit=2)
    run_ids = await running.start(graph, count=9)
    most = 0
    while any(run.status != "completed" for run in [await running.row(run_id) for run_id in run_ids]):
        begun = ev.StepStarted, ev.StepCompleted
        counts = [[type(event) for event in running.events(run_id)] for run_id in run_ids]
        most = max(most, sum(begun[0] in kinds and ev.RunCompleted not in kinds for kinds in counts))
        await asyncio.sleep(0.02)
    assert most <= 2
    await running.check(*run_ids, steps=2)
    queued = [run_id for run_id in run_ids if ev.RunQueued in map(type, running.events(run_id))]
    assert len(queued) == 7
    assert all(ev.RunAdmitted in map(type, running.events(run_id)) for run_id in queued)
    assert gates(running) == []


async def test_each_key_has_its_own_limit(running: Lab) -> None:
    graph = waiting_for_a_signal(limit=1, key="${ input.customer }")
    first, second = [(await running.start(graph, {"customer": name}))[0] for name in ("ann", "ben")]
    for run_id in (first, second):
        await until_kind(running, run_id, ev.SignalAwaited)
    (third,) = await running.start(graph, {"customer": "ann"})
    queued = await running.seen(third, ev.RunQueued)
    assert (queued.key, queued.limit) == ("ann", 1)
    await until(lambda: len(gates(running)) == 2)
    assert (await running.row(third)).status in ("pending", "queued")
    for run_id in (first, second, third):
        await send(run_id, Signal(name="go"))
    for run in await running.ended(first, second, third):
        assert run.status == "completed"


async def test_a_limit_may_refuse_and_say_so(running: Lab) -> None:
    graph = waiting_for_a_signal(limit=1, full="reject")
    (first,) = await running.start(graph)
    await until_kind(running, first, ev.SignalAwaited)
    (second,) = await running.start(graph)
    (run,) = await running.ended(second)
    assert (run.status, run.error["code"]) == ("failed", "concurrency_limit")
    await send(first, Signal(name="go"))
    await running.ended(first)
    (third,) = await running.start(graph)
    await until_kind(running, third, ev.SignalAwaited)
    await send(third, Signal(name="go"))
    await running.ended(third)


async def test_a_newer_run_may_take_the_place_of_the_oldest(running: Lab) -> None:
    graph = waiting_for_a_signal(limit=1, full="replace")
    (first,) = await running.start(graph)
    await until_kind(running, first, ev.SignalAwaited)
    (second,) = await running.start(graph)
    (run,) = await running.ended(first)
    assert run.status == "cancelled"
    await until_kind(running, second, ev.SignalAwaited)
    await send(second, Signal(name="go"))
    (run,) = await running.ended(second)
    assert run.status == "completed"


async def test_a_queued_run_is_parked_and_can_be_cancelled(running: Lab) -> None:
    graph = waiting_for_a_signal(limit=1)
    (first,) = await running.start(graph)
    await until_kind(running, first, ev.SignalAwaited)
    second, third = await running.start(graph, count=2)
    await until(lambda: all(m and m.left == "parked" for m in blocking.read_metas(running.client, [second, third])))
    await running.shown(second, "queued")
    await send(second, Cancel("ada"))
    (run,) = await running.ended(second)
    assert run.status == "cancelled"
    await send(first, Signal(name="go"))
    await until_kind(running, third, ev.RunAdmitted)
    await send(third, Signal(name="go"))
    for run in await running.ended(first, third):
        assert run.status == "completed"
    assert gates(running) == []


async def test_a_key_that_cannot_be_worked_out_fails_the_run(running: Lab) -> None:
    (run_id,) = await running.start(waiting_for_a_signal(limit=1, key="${ input.missing.name }"))
    (run,) = await running.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", "concurrency_key")
    assert gates(running) == []


async def test_places_outlive_workers(lab: Lab) -> None:
    await lab.start_node()
    lab.start_engine()
    graph = limited(line(agent("slow", "sleeper", input={"seconds": 1.0})), limit=1)
    run_ids = await lab.start(graph, count=3)
    for run_id in run_ids:
        await until(lambda run_id=run_id: lab.events(run_id))
    await lab.stop_engines()
    lab.start_engine()
    for run in await lab.ended(*run_ids):
        assert run.status == "completed"
    assert gates(lab) == []
    assert await Run.objects.acount() == 3
