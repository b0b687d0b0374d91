"""Recorded histories, read by today's state machine; the page's fold is tested on the very same files.

A running workflow keeps its version, and its log outlives the code that wrote it: whoever changes what an old log comes to,
or what was decided at any moment of it, fails here.
"""

import json
from pathlib import Path

import msgspec
import pytest

from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.domain.events import Record
from designer.domain.graph import Graph, Node
from designer.domain.plan import DECORATION, compile_plan
from designer.domain.run import Run

HISTORIES = sorted((Path(__file__).parents[2] / "histories").glob("*.json"))
PAGE_WORDS = {"pending": "waiting", "queued": "ready"}
ENGINE_SAYS_NOTHING = {"start", "skipped", "waiting", "ready"}
LATER = 10**15
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
    run = Run(plan_of(history))
    taken_over = records[0].event.origin is not None
    for index, record in enumerate(records):
        if not taken_over and _is_decided(run, record.event):
            again = Run(run.plan)
            for earlier in records[:index]:
                again.apply(earlier.event, earlier.at)
            made = again.advance(record.at)
            assert made[:1] == [record.event], f"event {record.seq}"
        run.apply(record.event, record.at)


def _is_decided(run, event):
    """Whether the event was the state machine's own: not an agent's answer, not the driver's or a person's word."""
    if isinstance(event, FROM_OUTSIDE):
        return False
    if isinstance(event, (ev.StepCompleted, ev.StepFailed, ev.StepCancelled)):
        state = run.steps[event.step]
        called = state.node.is_call and state.inner is None
        return not called and event.step not in run.flights
    return not (isinstance(event, ev.Overdue) and not event.step)


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_history_could_be_taken_over_and_brought_to_an_end(path):
    run = replay(load(path))
    run.request_cancel("test", "", LATER)
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
