"""Runs with long logs go on as new runs; runs made from others begin where these were. Nothing is done twice."""

from pathlib import Path

import msgspec
import pytest
from asgiref.sync import sync_to_async

from agentcluster.streams import blocking, keys
from designer.domain import events as ev
from designer.domain.commands import Continue, Signal
from designer.domain.fork import forked, retried
from designer.domain.graph import Graph, LoopNode, MapNode, SignalNode, WaitNode
from designer.engine import continuing, driver, limits
from designer.engine.inbox import send as send_now
from designer.engine.journal import decode_record
from designer.engine.outcome import Outcome
from designer.engine.request import RunRequest
from designer.engine.seeding import seed_log
from designer.engine.versions import load_plan
from designer.models import Run
from tests.integration.engine.lab import Lab, agent, asubmit, chain, line
from tests.waiting import until

send = sync_to_async(send_now)
ROUNDS = 40


@pytest.fixture
def short_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_EVENTS", 60)
    monkeypatch.setattr(limits, "MARGIN", 20)


def loop(trace: Path) -> Graph:
    body = agent("one", "counted", input={"trace": str(trace)}, parent="again")
    graph = line(
        LoopNode(id="again", condition=f"${{ index < {ROUNDS} }}", output="${ steps.one.count }"),
        output={"last": "${ steps.again.last }", "rounds": "${ steps.again.iterations }"},
    )
    return msgspec.structs.replace(graph, nodes=(*graph.nodes, body))


@pytest.mark.usefixtures("short_logs")
async def test_a_long_run_goes_on_under_new_logs(running: Lab, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    (run_id,) = await running.start(loop(trace), {"n": 1})
    ids = await chain(running, run_id)
    assert len(ids) > 2
    rows = [await running.row(each) for each in ids]
    assert (rows[-1].status, rows[-1].output) == ("completed", {"last": ROUNDS, "rounds": ROUNDS})
    assert len(trace.read_text().splitlines()) == ROUNDS, "each round was worked on once"
    assert {(row.workflow_id, row.version_id, row.trace_id) for row in rows} == {
        (rows[0].workflow_id, rows[0].version_id, rows[0].trace_id)
    }
    for before, row in zip(ids, rows[1:], strict=False):
        assert (row.origin["kind"], row.origin["run_id"]) == ("continued", before)
        started = running.events(row.pk)[0]
        assert isinstance(started, ev.RunStarted)
        assert started.begun_at > 0
        assert ev.RunTakenOver not in map(type, running.events(row.pk))
    assert {running.events(each)[0].begun_at for each in ids[1:]}.__len__() == 1
    assert await Run.objects.acount() == len(ids)
    await until(lambda: running.client.xlen(keys.READY) == 0)


@pytest.mark.usefixtures("short_logs")
@pytest.mark.parametrize("where", ["before the row", "before the log", "after it"])
async def test_a_worker_killed_while_a_run_goes_on_loses_and_doubles_nothing(
    running: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    died = []

    def die_once(healthy: object, *, after: bool) -> object:
        async def dying(*args: object, **named: object) -> object:
            if not died and not after:
                died.append(True)
                raise SystemError("killed")
            result = await healthy(*args, **named)  # type: ignore[operator]
            if not died:
                died.append(True)
                raise SystemError("killed")
            return result

        return dying

    async def vanish(self: driver.Driver, error: object) -> Outcome:
        await self.release()
        return Outcome.HANDED_OVER

    monkeypatch.setattr(driver.Driver, "_fail", vanish)
    if where == "before the row":
        monkeypatch.setattr(continuing, "_write_row", die_once(continuing._write_row, after=False))
    else:
        journal = driver.Journal
        monkeypatch.setattr(journal, "continue_as", die_once(journal.continue_as, after=where == "after it"))
    trace = tmp_path / "trace"
    (run_id,) = await running.start(loop(trace))
    ids = await chain(running, run_id)
    assert died
    assert len(trace.read_text().splitlines()) == ROUNDS
    assert await Run.objects.acount() == len(ids)
    last = await running.row(ids[-1])
    assert (last.status, last.output) == ("completed", {"last": ROUNDS, "rounds": ROUNDS})


async def test_calls_in_flight_and_commands_go_along(running: Lab, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    graph = line(
        agent("slow", "sleeper", input={"seconds": 1.5, "trace": str(trace)}),
        SignalNode(id="wait", name="go"),
        output={"data": "${ steps.wait.data }"},
    )
    (run_id,) = await running.start(graph)
    await running.seen(run_id, ev.StepStarted)
    await send(run_id, Signal(name="go", data=7, by="ada", reason="it is time"))
    await send(run_id, Continue("ada", "a new day"))
    ids = await chain(running, run_id)
    assert len(ids) == 2
    last = running.events(run_id)[-1]
    assert isinstance(last, ev.RunContinued)
    assert (last.by, last.reason) == ("ada", "a new day")
    kept = next(event for event in running.events(ids[-1]) if isinstance(event, ev.SignalReceived))
    assert (kept.by, kept.reason) == ("ada", "it is time")
    run = await running.row(ids[-1])
    assert (run.status, run.output) == ("completed", {"data": 7})
    assert trace.read_text().splitlines() == ["began", "ended"], "the call went on and was not made again"
    assert run.origin["by"] == "ada"


async def test_a_parked_run_can_go_on_as_a_new_one(running: Lab) -> None:
    (run_id,) = await running.start(line(SignalNode(id="wait", name="go")))
    await until(lambda: all(meta and meta.left == "parked" for meta in blocking.read_metas(running.client, [run_id])))
    await send(run_id, Continue("ada"))
    event = await running.seen(run_id, ev.RunContinued)
    assert await send(run_id, Signal(name="go")) is False
    await send(event.next_run_id, Signal(name="go"))
    (run,) = await running.ended(event.next_run_id)
    assert run.status == "completed"


def records(lab: Lab, run_id: str) -> list[ev.Record]:
    return [decode_record(entry) for entry in blocking.iterate_log(lab.client, run_id)]


async def made_from(lab: Lab, run: Run, events: list[ev.Event], origin: ev.Origin) -> str:
    """Make a run whose log begins with ``events``, as the actions do."""
    row = await Run.objects.acreate(
        project_id=run.project_id,
        workflow_id=run.workflow_id,
        version_id=run.version_id,
        input=run.input,
        trace_id=run.trace_id,
        origin=msgspec.to_builtins(origin),
    )
    first = msgspec.structs.replace(events[0], run_id=row.pk, origin=origin)
    assert await sync_to_async(seed_log)(row.pk, [first, *events[1:]])
    assert not await sync_to_async(seed_log)(row.pk, [first])
    await asubmit([RunRequest(row.pk, run.workflow_id, run.version_id, run.input, origin=origin)])
    return str(row.pk)


async def test_a_forked_run_uses_recorded_outputs(running: Lab, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    graph = line(
        agent("one", "counted", input={"trace": str(trace)}),
        agent("two", "echo", input={"n": "${ steps.one.count }"}),
        output={"n": "${ steps.two.input.n }"},
    )
    (run_id,) = await running.start(graph)
    (run,) = await running.ended(run_id)
    plan = await sync_to_async(load_plan)(run.version_id)
    events = forked(plan, records(running, run_id), 3)
    fork = await made_from(running, run, events, ev.Origin("fork", run_id, seq=3))
    (row,) = await running.ended(fork)
    assert (row.status, row.output) == ("completed", {"n": 1})
    assert len(trace.read_text().splitlines()) == 1
    assert ev.RunTakenOver not in map(type, running.events(fork))
    await running.check(fork, steps=3)


async def test_a_retried_run_does_only_what_failed(running: Lab, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    graph = line(agent("one", "counted", input={"trace": str(trace)}), agent("two", "failing", input={}))
    graph = Graph(graph.nodes, (*graph.edges,), settings=graph.settings)
    (run_id,) = await running.start(graph)
    (run,) = await running.ended(run_id)
    assert run.status == "failed"
    plan = await sync_to_async(load_plan)(run.version_id)
    retry = await made_from(running, run, retried(plan, records(running, run_id)), ev.Origin("retry", run_id))
    (row,) = await running.ended(retry)
    assert (row.status, row.error["step"]) == ("failed", "two")
    assert len(trace.read_text().splitlines()) == 1


async def test_a_history_that_is_lost_fails_the_run(running: Lab) -> None:
    requests = await running.accept(line(agent("one", "echo", input={})))
    origin = ev.Origin("retry", "gone")
    await Run.objects.filter(pk=requests[0].run_id).aupdate(origin=msgspec.to_builtins(origin))
    await asubmit([msgspec.structs.replace(requests[0], origin=origin)])
    (run,) = await running.ended(requests[0].run_id)
    assert (run.status, run.error["code"]) == ("failed", "history_lost")


async def test_a_row_of_a_run_that_never_began_is_removed(running: Lab) -> None:
    (run_id,) = await running.start(line(agent("one", "echo", input={}), agent("two", "echo", input={})))
    (run,) = await running.ended(run_id)
    stillborn = await Run.objects.acreate(
        project_id=run.project_id,
        workflow_id=run.workflow_id,
        version_id=run.version_id,
        trace_id=run.trace_id,
        origin={"kind": "continued", "run_id": run_id},
    )
    await sync_to_async(continuing.remove_stillborn)()
    assert not await Run.objects.filter(pk=stillborn.pk).aexists()


@pytest.mark.usefixtures("short_logs")
async def test_a_map_over_more_items_than_a_log_has_events_ends(running: Lab) -> None:
    graph = line(
        MapNode(id="each", items=[*range(100)], concurrency=10, output="${ item }"),
        output={"sum": "${ steps.each.results.sum() }"},
    )
    wait = WaitNode(id="wait", seconds=0.05, parent="each")
    (run_id,) = await running.start(msgspec.structs.replace(graph, nodes=(*graph.nodes, wait)))
    ids = await chain(running, run_id)
    row = await running.row(ids[-1])
    assert (row.status, row.output) == ("completed", {"sum": sum(range(100))})
    assert 2 <= len(ids) < 12, "a new log is not full again at once"
