"""Workflows inside workflows."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.kinds.graphs import START, Document, act, end, graph, line, node
from tests.integration.kinds.rest import Rest

pytestmark = pytest.mark.xdist_group("kinds")
Done = Callable[[], list[str]]
SCHEMA = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer"}}, "additionalProperties": False}


def outer(name: str, **settings: Any) -> Document:
    return line(node("workflow", "sub", workflow=name, **settings), end(got="${ steps.sub }"))


def test_a_run_keeps_the_version_it_was_published_with(rest: Rest) -> None:
    old = line({**START, "schema": SCHEMA}, end(said="old ${ string(input.n) }"))
    inner = rest.publish(old)
    whole = rest.publish(outer(inner["name"], input={"n": "${ input.n }"}))
    assert rest.start(whole["id"], {"n": 1}).completed() == {"got": {"said": "old 1"}}
    new = line({**START, "schema": SCHEMA}, end(said="new"))
    rest.client.put(
        f"workflows/{inner['id']}/draft", json={"graph": new}, headers={"If-Match": '"1"'}
    ).raise_for_status()
    rest.post(f"workflows/{inner['id']}/publish", {}, 201, **{"If-Match": '"2"'})
    assert rest.start(whole["id"], {"n": 2}).completed() == {"got": {"said": "old 2"}}
    rest.post(f"workflows/{whole['id']}/publish", {}, 201, **{"If-Match": '"1"'})
    assert rest.start(whole["id"], {"n": 3}).completed() == {"got": {"said": "new"}}


def test_its_failure_is_the_steps_failure_and_can_be_dealt_with(rest: Rest, ledger: Path) -> None:
    inner = rest.publish(line(act("do", ledger, input={"fails": 99, "final": True}), end()))
    error = rest.run(outer(inner["name"])).failed()
    assert error["code"] == "never"
    assert error["step"].startswith("sub")
    calm = outer(inner["name"], on_error={"action": "continue", "default": "nothing"})
    assert rest.run(calm).completed() == {"got": "nothing"}


def test_it_may_take_only_so_long(rest: Rest, ledger: Path) -> None:
    inner = rest.publish(line(act("do", ledger, input={"seconds": 60}), end()))
    run = rest.run(outer(inner["name"], timeout_s=0.7))
    assert run.failed()["code"] == "timed_out"
    assert [event["step"] for event in run.events("step_cancelled")] == ["sub/do"]


def test_its_own_time_limit_counts_inside_its_limit_of_runs_does_not(rest: Rest, ledger: Path) -> None:
    slow = act("do", ledger, input={"seconds": 60}), end()
    timed = rest.publish(line(*slow, timeout_s=0.7))
    error = rest.run(outer(timed["name"])).failed()
    assert (error["code"], error["step"]) == ("timed_out", "sub")
    limited = rest.publish(line(*slow, concurrency={"limit": 1}))
    (problem,) = rest.post(f"workflows/{timed['id']}/validate", {"graph": outer(limited["name"])}, 200)["problems"]
    assert (problem["code"], problem["severity"]) == ("limit_not_applied", "warning")


def test_people_are_asked_inside_too(rest: Rest) -> None:
    asking = graph(
        START, node("approval", "ask", message="Go?"), end(by="${ steps.ask.by }"), edges="start>ask ask:approved>end"
    )
    inner = rest.publish(asking)
    run = rest.run(outer(inner["name"]))
    run.seen("approval_requested", step="sub/ask")
    run.tell("approvals/sub%2Fask", approved=True)
    assert run.completed() == {"got": {"by": "admin"}}


@pytest.mark.parametrize(
    ("settings", "code"),
    [({}, "missing_input"), ({"input": {"n": 1, "m": 2}}, "unknown_input"), ({"version": 9}, "unknown_version")],
)
def test_what_does_not_fit_is_known_before_it_runs(rest: Rest, settings: dict[str, Any], code: str) -> None:
    inner = rest.publish(line({**START, "schema": SCHEMA}, end()))
    made = rest.post("workflows", {"title": "Outer", "graph": outer(inner["name"], **settings)}, 201)
    assert code in [problem["code"] for problem in made["draft"]["problems"]]


def test_a_workflow_that_is_not_there_is_known_before_it_runs(rest: Rest) -> None:
    made = rest.post("workflows", {"title": "Outer", "graph": outer("nobody-knows-it")}, 201)
    assert [problem["code"] for problem in made["draft"]["problems"]] == ["unknown_workflow"]
