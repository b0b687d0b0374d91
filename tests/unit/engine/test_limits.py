"""How long a run may take, in words."""

import pytest

from designer.domain.graph import EndNode, Graph, Settings, StartNode
from designer.domain.plan import compile_plan
from designer.engine.limits import deadline_of, overdue_message


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.5, "0.5 seconds"), (90, "90 seconds"), (600, "10 minutes"), (7200, "2 hours"), (2592000, "30 days")],
)
def test_the_workflow_says_how_long_its_runs_may_take(seconds: float, words: str) -> None:
    nodes = (StartNode(id="start"), EndNode(id="end"))
    unlimited = compile_plan(Graph(nodes))
    limited = compile_plan(Graph(nodes, settings=Settings(timeout_s=seconds)))
    assert overdue_message(limited, 1) == overdue_message(unlimited, seconds)
    assert f"may take {words};" in overdue_message(limited, 1)
    assert deadline_of(limited, 1000, 5) == 1000 + int(seconds * 1000)
    assert deadline_of(unlimited, 1000, 5) == 6000
