"""Steps that reason, remember and tell, through the whole system."""

import time
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import httpx
import pytest

from designer.samples import sample_file
from tests.stack import Stack

ENDED = ("completed", "failed", "cancelled")


@pytest.fixture(scope="module")
def api() -> Iterator[httpx.Client]:
    # Without engines of its own, whatever the tests' environment says.
    with Stack(environment={"LLM_ENGINES": "", "LLM_ENGINES_FILE": ""}) as stack:
        headers = {"Authorization": f"Bearer {stack.token()}"}
        with httpx.Client(base_url=f"{stack.url}/api/v1", headers=headers, timeout=30) as client:
            yield client


def row(*nodes: dict[str, Any]) -> dict[str, Any]:
    edges = [{"source": one["id"], "target": other["id"]} for one, other in pairwise(nodes)]
    return {"schema": "agentcluster.workflow/v1", "nodes": list(nodes), "edges": edges}


def node(kind: str, name: str, **settings: Any) -> dict[str, Any]:
    return {"kind": kind, "id": name, **settings}


def finished(api: httpx.Client, graph: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    made = api.post("/workflows", json={"title": "Test", "graph": graph}).raise_for_status().json()
    assert made["draft"]["problems"] == []
    started = api.post(f"/workflows/{made['id']}/runs", json={"input": given, "version": "draft"}).raise_for_status()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        run: dict[str, Any] = api.get(f"/runs/{started.json()['id']}").raise_for_status().json()
        if run["status"] in ENDED:
            return run
        time.sleep(0.2)
    raise AssertionError("the run did not end")


@pytest.mark.parametrize("instruction", ["分析sales_q3.csv并生成趋势图", "analyse sales_q3.csv and draw the trend"])
def test_an_instruction_is_planned_and_run_inside_its_step(api: httpx.Client, instruction: str) -> None:
    sales = sample_file("analyse-sales", "sales_q3.csv")
    file = api.post("/artifacts", files={"file": (sales.name, sales.read_bytes(), "text/csv")}).json()["ref"]
    schema = {"type": "object", "properties": {"file": {"type": "object", "x-type": "file"}}}
    run = finished(
        api,
        row(
            node("start", "start", schema=schema),
            node("plan", "plan", instruction=instruction, input={"file": "${ input.file }"}),
            node("end", "end", output={"chart": "${ steps.plan.chart }"}),
        ),
        {"file": file},
    )
    assert run["status"] == "completed", run["error"]
    assert len(run["output"]["chart"]["figure"]["data"]) == 5


def test_a_model_is_asked_its_answer_remembered_and_told(api: httpx.Client) -> None:
    place = {"session": "test/reasoning", "key": "log"}
    run = finished(
        api,
        row(
            node("start", "start", schema={"type": "object", "properties": {"text": {"type": "string"}}}),
            node("llm", "ask", input={"prompt": "Summarise in 1 sentence: ${ input.text }"}),
            node("memory", "keep", input={"action": "append", **place, "value": "${ steps.ask.text }"}),
            node("memory", "look", input={"action": "read", **place}),
            node("emit", "tell", input={"subject": "reasoning.done", "payload": "${ steps.look.value }"}),
            node("end", "end", output={"log": "${ steps.look.value }", "sent": "${ steps.tell.bytes }"}),
        ),
        {"text": "Rain fell all day. The river rose. People left."},
    )
    assert run["status"] == "completed", run["error"]
    assert run["output"] == {"log": ["Rain fell all day."], "sent": 22}


def test_an_instruction_nobody_can_follow_fails_with_what_was_not_understood(api: httpx.Client) -> None:
    run = finished(api, row(node("start", "start"), node("plan", "plan", instruction="paint the fence")), {})
    assert (run["status"], run["error"]["code"], run["error"]["step"]) == ("failed", "no_plan", "plan")
    assert "'paint the fence'" in run["error"]["message"]
