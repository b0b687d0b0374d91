"""Runs that are stopped: by people, by limits, by mistakes of the engine itself."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from asgiref.sync import sync_to_async
from django.core.management import call_command

from agentcluster.streams.errors import StreamsUnavailableError
from designer.domain import events as ev
from designer.domain import run as state_machine
from designer.domain.commands import Cancel
from designer.domain.graph import Edge, Settings
from designer.engine import driver
from designer.engine.inbox import send
from designer.engine.projection import RunRow
from designer.engine.projector import write_rows
from designer.engine.request import RunRequest
from designer.engine.submit import submit
from designer.models import Run, RunStatus, WorkflowVersion
from tests.integration.engine.lab import Lab, agent, line
from tests.waiting import until

rebuild = sync_to_async(call_command)


async def cancel(run_id: str, by: str, reason: str = "") -> None:
    assert await sync_to_async(send)(run_id, Cancel(by, reason))


async def test_cancelling_stops_the_agent_and_the_run(running: Lab, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    graph = line(agent("slow", "sleeper", input={"seconds": 60, "trace": str(trace)}), agent("next", "echo", input={}))
    (run_id,) = await running.start(graph)
    await until(trace.exists)
    await cancel(run_id, "ada", "changed my mind")
    (run,) = await running.ended(run_id)
    assert run.status == "cancelled"
    assert trace.read_text().splitlines() == ["began", "cleaned up"]
    kinds = [type(event) for event in running.events(run_id)]
    assert kinds == [ev.RunStarted, ev.StepStarted, ev.RunCancelRequested, ev.StepCancelled, ev.RunCancelled]
    await running.check(run_id, status="cancelled")


async def test_an_agent_that_does_not_stop_is_given_up_after_the_grace(
    running: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(driver, "CANCEL_GRACE_S", 2.0)
    (run_id,) = await running.start(line(agent("deaf", "stubborn", input={})))
    await running.seen(run_id, ev.StepStarted)
    await cancel(run_id, "ada")
    await running.shown(run_id, "cancelling")
    (run,) = await running.ended(run_id)
    assert run.status == "cancelled"
    asked, given_up = running.events(run_id)[-3:-1]
    assert isinstance(asked, ev.RunCancelRequested)
    assert given_up == ev.StepCancelled("deaf", "It did not stop in time.")
    await running.check(run_id, status="cancelled")


async def test_cancelling_before_the_start_works_too(lab: Lab) -> None:
    await lab.start_node()
    (run_id,) = await lab.start(line(agent("slow", "sleeper", input={"seconds": 60})))
    await cancel(run_id, "ada", "too late?")
    lab.start_engine()
    (run,) = await lab.ended(run_id)
    assert run.status == "cancelled"
    assert [type(event) for event in lab.events(run_id)] == [ev.RunStarted, ev.RunCancelRequested, ev.RunCancelled]


async def test_a_failed_run_stops_what_is_still_in_flight(running: Lab, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    graph = line(agent("fails", "failing", input={}))
    slow = agent("slow", "sleeper", input={"seconds": 60, "trace": str(trace)})
    graph = type(graph)((*graph.nodes, slow), (*graph.edges, Edge("start", "slow")))
    (run_id,) = await running.start(graph)
    (run,) = await running.ended(run_id)
    assert (run.status, run.error["step"]) == ("failed", "fails")
    await until(lambda: trace.read_text().splitlines() == ["began", "cleaned up"])
    assert await running.seen(run_id, ev.StepCancelled)


async def test_a_run_that_goes_on_for_too_long_ends_with_a_reason(running: Lab) -> None:
    graph = line(agent("slow", "sleeper", input={"seconds": 60}))
    (run_id,) = await running.start(msgspec.structs.replace(graph, settings=Settings(timeout_s=0.5)))
    (run,) = await running.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", "run_too_long")
    assert run.error["message"] == "A run of this workflow may take 0.5 seconds; this one did."


async def test_a_mistake_of_the_engine_ends_its_run_and_no_other(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    healthy = state_machine.Run.advance

    def advance(run: state_machine.Run, now: int) -> list[ev.Event]:
        if run.started is not None and run.started.input.get("mistake") and run.steps_done:
            raise ZeroDivisionError("a mistake")
        return healthy(run, now)

    monkeypatch.setattr(state_machine.Run, "advance", advance)
    graph = line(agent("one", "echo", input={}), agent("two", "echo", input={}))
    (bad,) = await running.start(graph, {"mistake": True})
    good = await running.start(graph, count=5)
    (run, *others) = await running.ended(bad, *good)
    assert (run.status, run.error["code"]) == ("failed", "engine_error")
    assert "a mistake" in run.error["message"]
    assert {other.status for other in others} == {"completed"}


async def test_a_version_that_cannot_be_executed_fails_its_runs(running: Lab) -> None:
    requests = await running.accept(line(agent("one", "echo", input={})))
    await WorkflowVersion.objects.filter(pk=requests[0].version_id).aupdate(graph={"nodes": [{"kind": "nothing"}]})
    await sync_to_async(submit)(requests)
    (run,) = await running.ended(requests[0].run_id)
    assert (run.status, run.error["code"]) == ("failed", "version_unusable")


async def test_rows_are_made_again_from_the_logs(running: Lab, capsys: pytest.CaptureFixture[str]) -> None:
    run_ids = await running.start(line(agent("one", "echo", input={}), output={"n": 1}), count=3)
    await running.ended(*run_ids)
    await Run.objects.filter(pk__in=run_ids).aupdate(status="running", output=None, cursor=999, steps_done=0)
    await rebuild("rebuild_runs")
    await running.check(*run_ids, steps=2)
    assert "3 runs" in capsys.readouterr().out


async def test_a_row_never_goes_back(running: Lab) -> None:
    (run_id,) = await running.start(line(agent("one", "echo", input={})))
    (run,) = await running.ended(run_id)
    stale = RunRow(run_id, run.cursor - 1, RunStatus.RUNNING, 0, 1, 1)
    await sync_to_async(write_rows)([stale])
    assert (await running.row(run_id)).status == "completed"


async def test_without_redis_submitting_says_so(transactional_db: None, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(StreamsUnavailableError):
        await sync_to_async(submit)([RunRequest("r", "w", "v")])
    with pytest.raises(StreamsUnavailableError):
        await cancel("nobody", "ada")
