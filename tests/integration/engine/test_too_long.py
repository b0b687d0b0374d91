"""Runs whose logs have become too long: they fail in order, and undo what they did."""

import pytest
from asgiref.sync import sync_to_async

from designer.domain import events as ev
from designer.domain.commands import Cancel, Continue
from designer.domain.graph import Edge, MapNode, TransformNode, WaitNode
from designer.engine import limits
from designer.engine.inbox import send as send_now
from tests.integration.engine.lab import Lab, agent, chain, line

send = sync_to_async(send_now)


async def test_a_run_with_too_many_events_ends_with_a_reason(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_EVENTS", 30)
    monkeypatch.setattr(limits, "MARGIN", 5)
    monkeypatch.setattr(limits, "MAX_CLOSED", 0)
    items = list(range(40))
    graph = line(MapNode(id="each", items=items), agent("one", "echo", input={}, parent="each"))
    graph = type(graph)(graph.nodes, tuple(edge for edge in graph.edges if "one" not in (edge.source, edge.target)))
    (run_id,) = await running.start(graph)
    (run,) = await running.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", "too_many_events")
    await running.check(run_id, status="failed")


async def test_a_run_with_too_many_events_undoes_what_it_did(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_EVENTS", 40)
    monkeypatch.setattr(limits, "MARGIN", 5)
    items = list(range(60))
    graph = line(MapNode(id="each", items=items), agent("charge", "echo", input={}, parent="each"))
    refund = agent("refund", "echo", input={}, parent="each")
    edges = (edge for edge in graph.edges if "charge" not in (edge.source, edge.target))
    graph = type(graph)((*graph.nodes, refund), (*edges, Edge("charge", "refund", "compensate")))
    (first,) = await running.start(graph)
    ids = await chain(running, first)
    run = await running.row(ids[-1])
    assert (run.status, run.error["code"]) == ("failed", "too_many_events")
    done = [event.step for event in running.events(ids[-1]) if isinstance(event, ev.StepCompleted)]
    charged = [step for step in done if step.endswith("/charge")]
    assert len(charged) >= 10
    assert [step for step in done if step.endswith("/refund")] == [
        step.replace("charge", "refund") for step in reversed(charged)
    ]
    ended = running.events(ids[-1])[-1]
    assert isinstance(ended, ev.RunFailed)
    assert ended.compensation == "done"


async def test_who_asks_a_run_to_go_on_that_cannot_is_told_so(running: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_EVENTS", 120)
    monkeypatch.setattr(limits, "MARGIN", 20)
    graph = line(
        *(TransformNode(id=f"a{number}", output={"n": number}) for number in range(70)),
        WaitNode(id="wait", seconds=3600),
    )
    (run_id,) = await running.start(graph)
    await running.seen(run_id, ev.TimerStarted)
    await send(run_id, Continue("ada", "just so"))
    refused = await running.seen(run_id, ev.CommandRefused)
    assert "needs" in refused.message
    assert (refused.kind, refused.by) == ("continue", "ada")
    await send(run_id, Cancel("ada"))
    (run,) = await running.ended(run_id)
    assert run.status == "cancelled"
