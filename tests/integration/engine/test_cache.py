"""Outputs of equal calls, given again instead of calling."""

from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from msgspec import structs

from agentcluster.security.models import Project
from designer.domain import events as ev
from designer.domain.graph import AgentNode, Cache, IntentNode
from designer.models import Workflow
from tests.agents.manifests import STRICT
from tests.integration.engine.lab import Lab, asubmit, line
from tests.waiting import until


@pytest.fixture
def trace(tmp_path: Path) -> Path:
    return tmp_path / "trace"


def counted(trace: Path, cache: Cache | None, **fields: Any) -> AgentNode:
    wanted = {"trace": str(trace), **fields.pop("input", {})}
    return AgentNode(id="ask", agent="counted", input=wanted, cache=cache, **fields)


def calls(trace: Path) -> int:
    return len(trace.read_text().splitlines()) if trace.exists() else 0


async def finished(lab: Lab, node: Any, output: str = "${ steps.ask.count }", **input: Any) -> Any:
    """Run a line of one node, return its output and whether it came from the cache."""
    (run_id,) = await lab.start(line(node, output={"value": output}), input)
    (run,) = await lab.ended(run_id)
    assert run.status == "completed", run.error
    done = next(event for event in lab.events(run_id) if isinstance(event, ev.StepCompleted) and event.step == "ask")
    return run.output["value"], done.cached


async def stored(lab: Lab, count: int = 1) -> None:
    """Wait until the cache holds ``count`` outputs: they are written after the step has ended."""
    await until(lambda: len(list(lab.client.scan_iter("cache:*"))) >= count)


async def test_an_equal_call_is_answered_from_the_cache_without_calling(running: Lab, trace: Path) -> None:
    node = counted(trace, Cache(ttl_s=60))
    assert await finished(running, node) == (1, False)
    await stored(running)
    assert await finished(running, node) == (1, True)
    assert calls(trace) == 1


async def test_another_input_is_another_call(running: Lab, trace: Path) -> None:
    assert await finished(running, counted(trace, Cache(), input={"n": 1})) == (1, False)
    await stored(running)
    assert await finished(running, counted(trace, Cache(), input={"n": 2})) == (2, False)


async def test_a_key_says_what_makes_calls_equal(running: Lab, trace: Path) -> None:
    node = counted(trace, Cache(key="${ input.customer }"), input={"n": "${ input.n }"})
    assert await finished(running, node, n=1, customer="a") == (1, False)
    await stored(running)
    assert await finished(running, node, n=2, customer="a") == (1, True)
    assert await finished(running, node, n=2, customer="b") == (2, False)


async def test_an_output_is_forgotten_after_its_time(running: Lab, trace: Path) -> None:
    node = counted(trace, Cache(ttl_s=0.3))
    assert await finished(running, node) == (1, False)
    await stored(running)
    await until(lambda: not list(running.client.scan_iter("cache:*")))
    assert await finished(running, node) == (2, False)


async def test_steps_without_a_cache_neither_look_nor_keep(running: Lab, trace: Path) -> None:
    assert await finished(running, counted(trace, None)) == (1, False)
    assert await finished(running, counted(trace, None)) == (2, False)
    assert list(running.client.scan_iter("cache:*")) == []


async def test_projects_do_not_see_each_others_outputs(running: Lab, trace: Path) -> None:
    node = counted(trace, Cache())
    assert await finished(running, node) == (1, False)
    await stored(running)
    (request,) = await running.accept(line(node, output={"value": "${ steps.ask.count }"}))
    await sync_to_async(_move_workflows)()
    await running.stop_engines()
    running.start_engine()
    await asubmit([request])
    (run,) = await running.ended(request.run_id)
    assert run.output == {"value": 2}
    assert await finished(running, node) == (1, True), "another workflow of the first project"


async def test_a_failure_is_not_kept(running: Lab) -> None:
    node = AgentNode(id="ask", agent="failing", cache=Cache())
    for _ in range(2):
        (run_id,) = await running.start(line(node))
        (run,) = await running.ended(run_id)
        assert run.status == "failed"
    assert list(running.client.scan_iter("cache:*")) == []


async def test_what_is_spoilt_in_the_cache_is_a_miss(running: Lab, trace: Path) -> None:
    node = counted(trace, Cache())
    assert await finished(running, node) == (1, False)
    await stored(running)
    (key,) = running.client.scan_iter("cache:*")
    running.client.set(key, b"{spoilt")
    assert await finished(running, node) == (2, False)
    running.client.delete(key)
    running.client.lpush(key, "no string")
    assert await finished(running, node) == (3, False)


async def test_an_output_of_over_64_kb_is_not_kept(running: Lab) -> None:
    node = AgentNode(id="ask", agent="large", input={}, cache=Cache())
    for _ in range(2):
        assert (await finished(running, node, output="${ steps.ask.small }"))[1] is False


async def test_steps_by_capability_and_intents_are_cached_too(lab: Lab) -> None:
    await lab.start_node([STRICT])
    lab.start_engine()
    wanted = {"n": 1}
    assert await finished(lab, AgentNode(id="ask", agent="strict", version="1.2.0", input=wanted, cache=Cache())) == (
        1,
        False,
    )
    await stored(lab)
    by_capability = AgentNode(id="ask", capability="test", input=wanted, cache=Cache())
    assert await finished(lab, by_capability) == (1, True)
    intent = IntentNode(id="ask", goal="Be strict", input=wanted, cache=Cache())
    assert await finished(lab, intent) == (1, False)
    await stored(lab, 2)
    assert await finished(lab, intent) == (1, True)
    assert await finished(lab, structs.replace(intent, goal="Be very strict")) == (1, False)


def _move_workflows() -> None:
    other, _ = Project.objects.get_or_create(slug="other", defaults={"name": "Other"})
    Workflow.objects.update(project=other)
