"""Values over 64 KB in real runs: kept apart, passed on, put back for agents; told when an expression looks inside."""

import msgspec
import pytest

from agentcluster import artifacts
from designer.domain import events as ev
from designer.domain.graph import TransformNode
from tests.integration.engine.lab import Lab, agent, line


def large(**more):
    return TransformNode(id="large", output={"text": "${ input.text }" * 2, "count": "${ input.count }"}, **more)


@pytest.mark.parametrize("size", [40_000, 400_000])
async def test_a_computed_value_is_kept_apart_and_passed_on(running: Lab, size: int) -> None:
    graph = line(large(), output={"text": "${ steps.large.text }", "more": "${ steps.large.count + 1 }"})
    (run_id,) = await running.start(graph, {"text": "x" * size, "count": 3})
    (run,) = await running.ended(run_id)
    assert run.status == "completed", run.error
    assert run.output["more"] == 4
    ref = run.output["text"]["$artifact"]
    assert ref["size"] == 2 * size + 2
    assert msgspec.json.decode(artifacts.read_bytes(ref["digest"])) == "x" * 2 * size
    assert all(len(msgspec.json.encode(event)) < 600_000 for event in running.events(run_id))


async def test_who_looks_inside_is_told(running: Lab) -> None:
    inside = TransformNode(id="inside", output="${ steps.large.text.first }")
    (run_id,) = await running.start(line(large(), inside), {"text": "x" * 60_000, "count": 3})
    (run,) = await running.ended(run_id)
    assert run.status == "failed"
    assert run.error["code"] == "expression_failed"
    assert "kept apart" in run.error["message"]


async def test_a_call_to_an_agent_names_the_value_by_reference(running: Lab) -> None:
    graph = line(large(), agent("say", "echo", input={"value": "${ steps.large.text }"}))
    (run_id,) = await running.start(graph, {"text": "x" * 60_000, "count": 3})
    (run,) = await running.ended(run_id)
    assert run.status == "completed", run.error
    started = await running.seen(run_id, ev.StepStarted)
    assert "$artifact" in started.input["value"]
