"""Recorded histories fold to the expected state here exactly as they do in the page (frontend/src/graph/run.test.ts)."""

import json
from pathlib import Path

import msgspec
import pytest

from designer.domain.events import Record
from designer.domain.graph import Graph
from designer.domain.plan import compile_plan
from designer.domain.run import Run

HISTORIES = sorted((Path(__file__).parents[2] / "histories").glob("*.json"))
SAME_WORD = {"waiting": "waiting", "ready": "queued"}


def replay(history) -> Run:
    run = Run(compile_plan(msgspec.convert(history["graph"], Graph)))
    for record in msgspec.convert(history["records"], list[Record]):
        run.apply(record.event, record.at)
    return run


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_it_folds_as_expected(path):
    history = json.loads(path.read_text())
    run = replay(history)
    told = {step: state.status for step, state in run.steps.items()}
    for step, status in history["expected"]["steps"].items():
        if step in told:
            assert SAME_WORD.get(told[step], told[step]) == status, step


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_it_could_be_taken_over_and_brought_to_an_end(path):
    run = replay(json.loads(path.read_text()))
    run.request_cancel("test", "", 10**15)
    run.advance(10**15)
    run.stop_in_flight(10**15)
    assert run.terminal
