"""The terminal follows every recorded history to the state that the engine's fold has."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from agentcluster.cli.progress import END, Progress
from agentcluster.cli.watching import line, table, worth_a_line

HISTORIES = sorted((Path(__file__).parents[2] / "histories").glob("*.json"))


@pytest.mark.parametrize("path", HISTORIES, ids=lambda path: path.stem)
def test_a_history_is_followed(path):
    history = json.loads(path.read_text())
    progress = Progress(history["graph"])
    for record in history["records"]:
        step = progress.apply(record)
        if step is not None:
            line(step)
    Console(quiet=True).print(table(progress))
    expected = history["expected"]
    assert progress.ended == (expected["status"] in END.values())
    if progress.ended:
        assert progress.status == expected["status"]
        shown = {name: step.status for name, step in progress.steps.items() if name in expected["steps"]}
        assert shown == {name: status for name, status in expected["steps"].items() if name in shown}


def test_a_log_tells_why_a_step_waits():
    progress = Progress({"nodes": [{"id": "work", "kind": "agent", "title": "Work"}]})
    waits = {"type": "step_waiting", "step": "work", "code": "no_instance", "message": "No live agent offers x."}
    step = progress.apply({"seq": 1, "at": 1000, "event": waits})
    assert step is not None
    assert worth_a_line(step)
    assert "No live agent offers x." in line(step).plain
