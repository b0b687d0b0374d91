"""The terminal follows every recorded history to the state that the engine's fold has."""

import json
from pathlib import Path

import pytest
from rich.console import Console

from agentcluster.cli.progress import END, Progress
from agentcluster.cli.watching import line, table

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
