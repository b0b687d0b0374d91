"""Recorded histories, folded by the engine's state machine; the page's fold is tested on the very same files."""

import json
from pathlib import Path

import msgspec
import pytest

from designer.domain.events import Record
from designer.domain.graph import Graph
from designer.domain.plan import compile_plan
from designer.domain.run import Run

HISTORIES = sorted((Path(__file__).parents[2] / "histories").glob("*.json"))
SAID_BY_EVENTS = {"running", "retrying", "completed", "failed"}
LATER = 10**15


def replay(history) -> Run:
    run = Run(compile_plan(msgspec.convert(history["graph"], Graph)))
    for record in msgspec.convert(history["records"], list[Record]):
        run.apply(record.event, record.at)
    return run


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_history_folds_to_its_recorded_statuses(path):
    history = json.loads(path.read_text(encoding="utf-8"))
    run, expected = replay(history), history["expected"]
    starts = {node["id"] for node in history["graph"]["nodes"] if node["kind"] == "start"}
    told = {
        step: status for step, status in expected["steps"].items() if status in SAID_BY_EVENTS and step not in starts
    }
    assert {step: run.steps[step].status for step in told} == told
    assert run.terminal == (expected["status"] in {"completed", "failed", "cancelled"})


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_history_could_be_taken_over_and_brought_to_an_end(path):
    run = replay(json.loads(path.read_text(encoding="utf-8")))
    run.request_cancel("test", "", LATER)
    run.advance(LATER)
    run.stop_in_flight(LATER)
    assert run.terminal
