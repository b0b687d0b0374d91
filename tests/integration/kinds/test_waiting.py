"""Steps that wait for time, people and signals."""

import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.integration.kinds.graphs import START, Document, end, graph, line, node, transform
from tests.integration.kinds.rest import Rest

pytestmark = pytest.mark.xdist_group("kinds")
Person = Callable[[str], Rest]


def wait(**settings: Any) -> Document:
    return line(node("wait", "hold", **settings), end(until="${ steps.hold.until }"))


def test_a_wait_lasts_as_long_as_it_says(rest: Rest) -> None:
    began = time.monotonic()
    run = rest.run(wait(seconds="${ input.n * 0.5 }"), {"n": 2.0})
    run.completed()
    assert 1.0 <= time.monotonic() - began < 6
    moment = (dt.datetime.now(dt.UTC) + dt.timedelta(seconds=1)).isoformat()
    begun = time.time()
    rest.run(wait(until="${ input.at }"), {"at": moment}).completed()
    assert time.time() - begun >= 0.9


def test_a_moment_that_has_passed_does_not_wait_and_nonsense_fails(rest: Rest) -> None:
    assert rest.run(wait(until="2020-02-29T12:00:00+02:00")).completed()["until"].startswith("2020-02-29T10:00:00")
    assert rest.run(wait(until="${ input.at }"), {"at": "tomorrow"}).failed()["step"] == "hold"


def asking(**settings: Any) -> Document:
    out = (node("end", "no", output={"by": "${ steps.ask.by }", "comment": "${ steps.ask.comment }"}),)
    out += (node("end", "late", output={"code": "${ steps.ask.error.code }"}),) if "timeout_s" in settings else ()
    edges = "start>ask ask:approved>end ask:rejected>no" + (" ask:error>late" if "timeout_s" in settings else "")
    return graph(
        START, node("approval", "ask", message="Go?", **settings), end(ask="${ steps.ask }"), *out, edges=edges
    )


def test_two_have_to_approve_and_nobody_twice(rest: Rest, person: Person) -> None:
    run = rest.run(asking(needed=2))
    run.seen("approval_requested")
    run.tell("approvals/ask", approved=True)
    run.seen("approval_given", by="admin")
    assert run.tell("approvals/ask", 409, approved=True)["code"] == "already_decided"
    assert run.events("step_completed") == []
    person("olga").post(f"runs/{run.id}/approvals/ask", {"approved": True, "comment": "Fine"}, 202)
    assert run.completed()["ask"] == {"approved": True, "by": "olga", "comment": "Fine", "data": None}


def test_one_rejection_is_enough(rest: Rest, person: Person) -> None:
    run = rest.run(asking(needed=2))
    run.seen("approval_requested")
    run.tell("approvals/ask", approved=True)
    run.seen("approval_given")
    person("olga").post(f"runs/{run.id}/approvals/ask", {"approved": False, "comment": "No"}, 202)
    assert run.completed() == {"by": "olga", "comment": "No"}


def test_only_those_named_decide(rest: Rest, person: Person) -> None:
    run = rest.run(asking(approvers=["olga"]))
    run.seen("approval_requested")
    refused = run.tell("approvals/ask", 403, approved=True)
    assert (refused["code"], refused["approvers"]) == ("not_an_approver", ["olga"])
    assert person("otto").post(f"runs/{run.id}/approvals/ask", {"approved": True}, 403)["code"] == "not_an_approver"
    assert run.events("approval_given", "command_refused") == []
    assert rest.get(f"runs/{run.id}/why")["reasons"][0]["message"] == "Waiting for approval by olga."
    person("olga").post(f"runs/{run.id}/approvals/ask", {"approved": True}, 202)
    assert run.completed()["ask"]["by"] == "olga"


def test_where_nobody_is_named_it_takes_the_right_to_run(rest: Rest, person: Person) -> None:
    run = rest.run(asking())
    run.seen("approval_requested")
    assert person("vera").post(f"runs/{run.id}/approvals/ask", {"approved": True}, 403)["code"] in (
        "forbidden",
        "not_an_approver",
    )
    person("otto").post(f"runs/{run.id}/approvals/ask", {"approved": True}, 202)
    assert run.completed()["ask"]["by"] == "otto"
    assert run.tell("approvals/ask", 409, approved=True)["code"] in ("run_finished", "approval_not_open")


def test_an_approval_nobody_gives_in_time_goes_its_own_way(rest: Rest) -> None:
    run = rest.run(asking(timeout_s=1, on_error={"action": "branch"}))
    assert run.completed() == {"code": "timed_out"}


def signalled(**settings: Any) -> Document:
    hold = node("wait", "hold", seconds="${ input.hold }")
    return line(hold, node("signal", "paid", name="paid", **settings), end(paid="${ steps.paid }"))


def test_a_signal_that_comes_early_is_kept(rest: Rest) -> None:
    run = rest.run(signalled(), {"hold": 1})
    run.seen("timer_started")
    run.tell("signal", name="paid", data={"amount": 5})
    run.seen("signal_received")
    assert run.completed()["paid"] == {"data": {"amount": 5}, "by": "admin", "key": ""}


def test_a_signal_that_comes_late_goes_on(rest: Rest) -> None:
    run = rest.run(signalled(), {"hold": 0})
    run.seen("signal_awaited")
    run.until("waiting")
    run.tell("signal", name="paid", data=7)
    assert run.completed()["paid"]["data"] == 7
    assert run.tell("signal", 409, name="paid")["code"] == "run_finished"


def test_only_a_signal_with_the_key_counts(rest: Rest) -> None:
    run = rest.run(signalled(key="order-${ input.hold }"), {"hold": 0})
    run.seen("signal_awaited", key="order-0")
    run.tell("signal", name="paid", key="order-1", data="wrong")
    run.tell("signal", name="paid", data="none")
    run.tell("signal", name="paid", key="order-0", data="right")
    assert run.completed()["paid"] == {"data": "right", "by": "admin", "key": "order-0"}


def test_a_signal_that_does_not_come_in_time_fails_its_step(rest: Rest) -> None:
    error = rest.run(signalled(timeout_s=0.8), {"hold": 0}).failed()
    assert (error["code"], error["step"]) == ("timed_out", "paid")
    passed_over = {"action": "continue", "default": {"data": None}}
    run = rest.run(signalled(timeout_s=0.8, on_error=passed_over), {"hold": 0})
    assert run.completed() == {"paid": {"data": None}}


def test_data_that_does_not_fit_and_unknown_names_are_refused_to_the_sender(rest: Rest) -> None:
    run = rest.run(signalled(schema={"type": "object", "required": ["amount"]}), {"hold": 0})
    run.seen("signal_awaited")
    assert run.tell("signal", 422, name="paid", data={})["code"] == "invalid_data"
    assert run.tell("signal", 409, name="pay")["code"] == "unknown_signal"
    assert run.events("signal_received") == []
    run.tell("signal", name="paid", data={"amount": 1})
    assert run.completed()["paid"]["data"] == {"amount": 1}


def test_each_signal_is_taken_by_one_step(rest: Rest) -> None:
    steps = [node("signal", name, name="next") for name in ("one", "two")]
    run = rest.run(
        line(*steps, transform("both", "${ [steps.one.data, steps.two.data] }"), end(both="${ steps.both }"))
    )
    run.seen("signal_awaited", step="one")
    run.tell("signal", name="next", data=1)
    run.tell("signal", name="next", data=2)
    assert run.completed() == {"both": [1, 2]}
