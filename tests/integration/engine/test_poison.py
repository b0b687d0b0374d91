"""An input that breaks whoever gets it: three are risked, and it is kept for people to look at."""

import asyncio

import msgspec
import pytest

from agentcluster.streams import dead_letters as kept
from designer.domain import events as ev
from designer.domain.graph import Edge, EndNode, Graph, OnError, RetryPolicy, StartNode
from tests.agents.manifests import manifest
from tests.integration.engine.lab import Lab, agent, line

pytestmark = pytest.mark.django_db(transaction=True)
BREAKS = manifest("heavy_exit", cpu_bound=True)
SOUND = manifest("heavy_echo", cpu_bound=True)


async def test_poison_is_given_to_no_fourth_and_its_neighbours_go_on(lab: Lab) -> None:
    for _ in range(2):
        await lab.start_node([BREAKS, SOUND])
    lab.start_engine()
    # However patient the step is: no retry policy buys a fourth.
    bad = agent(
        "bad",
        "heavy-exit",
        input={"poison": 1},
        retry=RetryPolicy(attempts=9, initial_s=0.01),
        on_error=OnError(action="continue", default={"by": "default"}),
    )
    nodes = (StartNode(id="start"), bad, agent("good", "heavy-echo", input={"n": 1}), EndNode(id="end"))
    edges = (Edge("start", "bad"), Edge("start", "good"), Edge("bad", "end"), Edge("good", "end"))
    (run,) = await lab.start(Graph(nodes, edges))
    (row,) = await lab.ended(run, timeout_s=60)
    assert row.status == "completed"
    events = lab.events(run)
    given = [event for event in events if isinstance(event, ev.StepStarted) and event.step == "bad"]
    assert [event.attempt for event in given] == [1, 2, 3]
    failed = [event for event in events if isinstance(event, ev.StepFailed)]
    assert [(event.error.code, bool(event.retry_at)) for event in failed] == [
        ("worker_crashed", True),
        ("worker_crashed", True),
        ("worker_crashed", False),
    ]
    (letter,) = await asyncio.to_thread(kept.read, lab.client, "heavy-exit")
    fields = letter.fields
    assert (fields["error_code"], fields["retries"], fields["original_id"]) == ("worker_crashed", "3", given[2].call_id)
    assert msgspec.json.decode(fields["input"]) == {"poison": 1}
    # What it broke is whole again.
    assert [row.status for row in await lab.ended(*await lab.start(line(agent("a", "heavy-echo", input={}))))] == [
        "completed"
    ]
