"""Steps that reason, remember and tell."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nats
import pytest

from tests.integration.kinds.graphs import Document, act, end, line, node
from tests.integration.kinds.rest import Rest
from tests.stack import Stack

pytestmark = pytest.mark.xdist_group("kinds")
Done = Callable[[], list[str]]
TEXT = "The pump broke on Monday. Water stood in the cellar. The pump was replaced on Tuesday."


def test_the_offline_engine_answers_and_says_so(rest: Rest) -> None:
    ask = node("llm", "ask", input={"prompt": "Summarise in 1 sentence:\n${ input.text }"})
    run = rest.run(
        line(ask, end(text="${ steps.ask.text }", engine="${ steps.ask.engine }", notice="${ steps.ask.notice }")),
        {"text": TEXT},
    )
    output = run.completed()
    assert output["text"] in TEXT
    assert output["engine"] == "offline"
    assert "not by a language model" in output["notice"]


def test_what_takes_a_model_fails_in_words(rest: Rest) -> None:
    error = rest.run(line(node("llm", "ask", input={"prompt": "Write a poem"}), end())).failed()
    assert (error["code"], error["step"]) == ("needs_language_model", "ask")


def test_a_change_that_meets_another_is_refused(rest: Rest) -> None:
    place = {"session": "kinds/conflict", "key": "stock"}
    write = node("memory", "write", input={"action": "write", **place, "value": 5})
    late = node("memory", "late", input={"action": "write", **place, "value": 4, "expect": 6})
    error = rest.run(line(write, late, end())).failed()
    assert (error["code"], error["step"]) == ("memory_conflict", "late")
    look = node("memory", "look", input={"action": "read", **place})
    assert rest.run(line(look, end(value="${ steps.look.value }"))).completed() == {"value": 5}


def test_a_message_is_heard_outside(rest: Rest, kinds: Stack) -> None:
    document = line(
        node(
            "emit",
            "tell",
            input={"subject": "kinds.told", "payload": {"n": "${ input.n }"}, "headers": {"X-Kind": "test"}},
        ),
        end(bytes="${ steps.tell.bytes }"),
    )
    made = rest.draft(document)

    async def listen() -> tuple[Any, dict[str, str]]:
        connection = await nats.connect(kinds.services.nats_url)
        subscription = await connection.subscribe("kinds.>")
        await connection.flush()
        run = await asyncio.to_thread(rest.start, made["id"], {"n": 3}, version="draft")
        message = await subscription.next_msg(timeout=20)
        output = await asyncio.to_thread(run.completed)
        await connection.close()
        return (message.subject, message.data, output, run), dict(message.headers or {})

    (subject, data, output, run), headers = asyncio.run(listen())
    assert (subject, data, output) == ("kinds.told", b'{"n":3}', {"bytes": 7})
    assert (headers["X-Kind"], headers["Nats-Msg-Id"]) == ("test", f"{run.id}/tell")
    assert run.row()["trace_id"] in headers["traceparent"]


def test_a_subject_of_the_system_is_refused(rest: Rest) -> None:
    tell = node("emit", "tell", input={"subject": "${ input.subject }", "payload": 1})
    assert rest.run(line(tell, end()), {"subject": "agent.act.control"}).failed()["code"] == "bad_subject"


def intent(ledger: Path, **settings: Any) -> Document:
    capabilities = settings.pop("capabilities", ["count-effects"])
    return node(
        "intent",
        "ask",
        goal="Count",
        capabilities=capabilities,
        input={"ledger": str(ledger), "word": "ask"},
        **settings,
    )


def test_the_best_bid_gets_the_call(rest: Rest, ledger: Path, done: Done) -> None:
    criteria = {"type": "object", "required": ["count"]}
    run = rest.run(line(intent(ledger, success_criteria=criteria), end(n="${ steps.ask.count }")))
    assert run.completed() == {"n": 1}
    assert run.seen("step_started", step="ask")["agent"] == "act"
    assert done() == ["ask"]


def test_where_nobody_bids_the_step_fails_after_its_attempts(rest: Rest, ledger: Path, done: Done) -> None:
    settings = {"bid_window_s": 0.1, "retry": {"attempts": 2, "initial_s": 0.05}}
    run = rest.run(line(intent(ledger, constraints={"region": "moon"}, **settings), end()))
    assert run.failed()["code"] == "no_bid"
    assert len(run.events("step_failed")) == 2
    assert done() == []


def test_an_output_that_misses_the_criteria_fails_the_attempt(rest: Rest, ledger: Path, done: Done) -> None:
    criteria = {"type": "object", "properties": {"count": {"minimum": 2}}}
    settings = {"success_criteria": criteria, "bid_window_s": 0.2}
    run = rest.run(
        line(
            intent(ledger, retry={"attempts": 3, "initial_s": 0.05, "on": ["criteria_not_met"]}, **settings),
            end(n="${ steps.ask.count }"),
        )
    )
    assert run.completed() == {"n": 2}
    assert [event["error"]["code"] for event in run.events("step_failed")] == ["criteria_not_met"]


def planned(**settings: Any) -> Document:
    plan = node(
        "plan", "plan", instruction="Summarise the text", input={"text": "${ input.text }"}, approve=True, **settings
    )
    return line(plan, end(got="${ steps.plan }"))


def test_a_plan_is_shown_first_and_then_run(rest: Rest) -> None:
    run = rest.run(planned(), {"text": TEXT})
    run.seen("approval_requested", step="plan")
    (plan,) = run.events("plan_made")
    assert any(each["kind"] == "llm" or each.get("agent") == "llm-router" for each in plan["graph"]["nodes"])
    assert run.events("subflow_started") == []
    run.tell("approvals/plan", approved=True)
    assert run.completed()["got"]
    assert any(event["step"].startswith("plan/") for event in run.events("step_completed"))


def test_a_plan_that_is_rejected_does_nothing(rest: Rest) -> None:
    run = rest.run(planned(), {"text": TEXT})
    run.seen("approval_requested", step="plan")
    run.tell("approvals/plan", approved=False, comment="Too dear")
    error = run.failed()
    assert (error["code"], error["step"]) == ("plan_rejected", "plan")
    assert run.events("subflow_started") == []


def test_only_those_named_see_a_plan_through(rest: Rest) -> None:
    run = rest.run(planned(approvers=["olga"]), {"text": TEXT})
    run.seen("approval_requested", step="plan")
    assert run.tell("approvals/plan", 403, approved=True)["code"] == "not_an_approver"
    run.tell("cancel")
    assert run.ended()["status"] == "cancelled"


def test_a_counting_agent_counts(rest: Rest, ledger: Path, done: Done) -> None:
    """What the other tests build on: an effect outside is seen once for each call."""
    rest.run(line(act("one", ledger), act("two", ledger), end())).completed()
    assert done() == ["one", "two"]
