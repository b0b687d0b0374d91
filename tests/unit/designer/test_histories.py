"""Recorded histories, read by today's state machine; the page's fold is tested on the very same files.

A running workflow keeps its version, and its log outlives the code that wrote it: whoever changes what an old log comes to,
or what was decided at any moment of it, fails here.
"""

import json
from pathlib import Path

import msgspec
import pytest

from agents.domain.calls import CallError, CallReply
from designer.domain import events as ev
from designer.domain.commands import Cancel
from designer.domain.events import Record
from designer.domain.graph import Graph, Node
from designer.domain.plan import DECORATION, compile_plan
from designer.domain.run import Run

HISTORIES = sorted((Path(__file__).parents[2] / "histories").glob("*.json"))
PAGE_WORDS = {"pending": "waiting", "queued": "ready"}
ENGINE_SAYS_NOTHING = {"start", "skipped", "waiting", "ready"}
LATER = 10**15
encode = msgspec.json.encode
ANSWERS = (ev.StepCompleted, ev.StepFailed, ev.PlanMade)
"""What the state machine makes of an agent's answer."""
TAKEN_OVER = {"continued_from_a_compact_log": 6, "forked_with_an_edit": 3}
"""Of histories that do not say it themselves: how many events were taken over from another run."""
FROM_OUTSIDE = (
    ev.RunStarted, ev.RunTakenOver, ev.RunQueued, ev.RunAdmitted, ev.RunPaused, ev.RunResumed, ev.CommandRefused,
    ev.StepWaiting, ev.StepStarted, ev.ApprovalGiven, ev.SignalReceived, ev.RunCancelRequested, ev.RunTerminated,
    ev.RunContinued, ev.PlanMade, ev.IterationClosed,
)  # fmt: skip
"""Events that people, agents and the engine bring; all others the state machine decides on."""


def load(path):
    return json.loads(path.read_text(encoding="utf-8"))


def plan_of(history):
    inner = {key: compile_plan(msgspec.convert(each, Graph)) for key, each in history.get("subgraphs", {}).items()}
    return compile_plan(msgspec.convert(history["graph"], Graph), inner)


def records_of(history):
    return msgspec.convert(history["records"], list[Record])


def replay(history) -> Run:
    run = Run(plan_of(history))
    for record in records_of(history):
        run.apply(record.event, record.at)
    return run


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_history_folds_to_its_recorded_statuses(path):
    history = load(path)
    run, expected = replay(history), history["expected"]
    starts = {node["id"] for node in history["graph"]["nodes"] if node["kind"] == "start"}
    told = {
        step: status
        for step, status in expected["steps"].items()
        if step not in starts and status not in ENGINE_SAYS_NOTHING and status not in PAGE_WORDS
    }
    assert {step: run.steps[step].status for step in told} == told
    assert run.status == expected["status"]


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_every_decision_in_a_history_would_be_made_again(path):
    history = load(path)
    records = records_of(history)
    for index in range(taken_over(path, history), len(records)):
        record, again = records[index], Run(plan_of(history))
        for earlier in records[:index]:
            again.apply(earlier.event, earlier.at)
        event = record.event
        if isinstance(event, ev.StepStarted):
            _check_call(again, event, record.at)
        elif _is_decided(again, event):
            assert again.advance(record.at)[:1] == [event], f"event {record.seq}"
        elif isinstance(event, ANSWERS) and _is_called(again.steps[event.step]) and not _is_policys(event):
            assert encode(_answered(again, event, record.at)) == encode(event), f"event {record.seq}"


def taken_over(path, history):
    """How many events the run took over from another one, whose decisions they were."""
    taken = history.get("taken", TAKEN_OVER.get(path.stem))
    assert (taken is not None) == (records_of(history)[0].event.origin is not None), "say how many were taken over"
    return taken or 1


def _check_call(run, event, at):
    """What is called is worked out again from the state before it: who, with what, under which key and since when."""
    run.advance(at)
    (call,) = [call for call in run.pending_calls(at) if call.step == event.step]
    said = {field: getattr(event, field) for field in ("call_id", "attempt", "input", "ready_at", "degraded")}
    assert {field: getattr(call, field) for field in said} == said
    assert call.idempotency_key == event.call_id.rpartition("/")[0]
    assert call.agent == event.agent or (not call.agent and (call.capability or call.intent))
    redriven = run.started.origin.redriven if run.started.origin else None
    wanted = run.steps[event.step].node.node.version
    if redriven is not None and redriven.step == event.step:
        wanted = redriven.version or wanted
    assert call.version == wanted
    assert event.version == wanted or not wanted


def _is_called(state):
    return state.node.is_call and state.inner is None


def _is_policys(event):
    """Whether an operator's policy, which a history does not hold, gave this in the place of the agent's answer."""
    return bool(getattr(event, "degraded", ""))


def _answered(run, event, at):
    """Give the state machine the answer again that ``event`` tells of; return what it makes of it."""
    flight = run.flights.get(event.step)
    if flight is None:
        decided = run.advance(at)
        call = next((call for call in run.pending_calls(at) if call.step == event.step), None)
        if call is None:  # its condition or its input gave an error: nobody was asked
            return decided[0]
        made = (
            run.cached(call, event.output, at)
            if isinstance(event, ev.StepCompleted)
            else run.refuse(call, event.error, at)
        )
        return made[0]
    times = {"started_ms": event.queued_ms, "finished_ms": event.queued_ms + event.worked_ms}
    if isinstance(event, ev.StepFailed):
        answer = {"status": "error", "error": event.error}
    elif isinstance(event, ev.PlanMade):
        answer = {"status": "ok", "output": {"graph": event.graph, "explanation": event.explanation}}
    else:
        answer = {"status": "ok", "output": event.output}
    return run.reply(event.step, CallReply(flight.call_id, **answer, **times), at)[0]


def _is_decided(run, event):
    """Whether the event was the state machine's own: not an agent's answer, not the driver's or a person's word."""
    if isinstance(event, FROM_OUTSIDE):
        return False
    if isinstance(event, (ev.StepCompleted, ev.StepFailed, ev.StepCancelled)):
        return not _is_called(run.steps[event.step]) and event.step not in run.flights
    return not (isinstance(event, ev.Overdue) and not event.step)


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_history_could_be_taken_over_and_brought_to_an_end(path):
    run = replay(load(path))
    run.command(f"{LATER}-0", Cancel("test"), LATER)
    for _ in range(50):
        run.advance(LATER)
        for call in run.pending_calls(LATER):
            run.refuse(call, CallError("gone", "No agent any more."), LATER)
        run.stop_in_flight(LATER)
        if run.terminal:
            return
        for flight in [*run.flights.values()]:
            run.apply(ev.StepCancelled(flight.step, "gone"), LATER)
    raise AssertionError("the run did not end")


def test_there_is_a_history_of_every_kind_of_node_and_of_every_event():
    histories = [load(path) for path in HISTORIES]
    graphs = [graph for each in histories for graph in (each["graph"], *each.get("subgraphs", {}).values())]
    drawn = {node["kind"] for graph in graphs for node in graph["nodes"]}
    kinds = {kind.__struct_config__.tag for kind in Node.__args__ if kind not in DECORATION}
    assert kinds - drawn == set()
    told = {record["event"]["type"] for each in histories for record in each["records"]}
    events = {kind.__struct_config__.tag for kind in ev.Event.__args__}
    assert events - told == set()
