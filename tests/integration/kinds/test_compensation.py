"""Undoing what was done."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.kinds.graphs import Document, act, end, line, node
from tests.integration.kinds.rest import Rest, Watched

pytestmark = pytest.mark.xdist_group("kinds")
Done = Callable[[], list[str]]


def saga(ledger: Path, last: Document, undo_b: Document | None = None) -> Document:
    """a, b (each with its handler), c (nothing to undo), then ``last``."""
    handlers = (act("undo_a", ledger), undo_b or act("undo_b", ledger))
    steps = (act("a", ledger), act("b", ledger), act("c", ledger), last)
    return line(*steps, end(), extra=handlers, edges="a:compensate>undo_a b:compensate>undo_b")


def failing(ledger: Path, **input: Any) -> Document:
    return act("last", ledger, input={"fails": 9, "final": True, **input})


def undone(run: Watched) -> list[tuple[str, str]]:
    return [(each["step"], each["handler"]) for event in run.events("compensation_started") for each in event["undo"]]


def test_a_failed_run_is_undone_from_its_end_to_its_beginning(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(saga(ledger, failing(ledger)))
    assert run.failed()["step"] == "last"
    assert undone(run) == [("b", "undo_b"), ("a", "undo_a")]
    assert done() == ["a", "b", "c", "last", "undo_b", "undo_a"]
    assert run.events("run_failed")[0]["compensation"] == "done"


def test_a_handler_sees_what_its_step_gave_and_saw(rest: Rest, ledger: Path) -> None:
    step = act("book", ledger, input={"value": {"room": 7}})
    undo = act("cancel", ledger, input={"value": "${ input.who } leaves ${ string(steps.book.value.room) }"})
    run = rest.run(line(step, failing(ledger), end(), extra=(undo,), edges="book:compensate>cancel"), {"who": "Ada"})
    run.failed()
    (given,) = [event["output"]["value"] for event in run.events("step_completed") if event["step"] == "cancel"]
    assert given == "Ada leaves 7"


def test_cancelling_undoes_what_was_done_and_stops_what_goes_on(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(saga(ledger, act("last", ledger, input={"seconds": 60})))
    run.seen("step_started", step="last")
    run.tell("cancel", reason="Not wanted any more")
    assert run.ended()["status"] == "cancelled"
    assert done()[-2:] == ["undo_b", "undo_a"]
    (last,) = run.events("run_cancelled")
    assert (last["by"], last["reason"], last["compensation"]) == ("admin", "Not wanted any more", "done")
    assert [event["step"] for event in run.events("step_cancelled")] == ["last"]


def test_handlers_are_tried_again_and_one_that_fails_for_good_stops_no_other(
    rest: Rest, ledger: Path, done: Done
) -> None:
    retry = {"attempts": 2, "initial_s": 0.05}
    run = rest.run(saga(ledger, failing(ledger), act("undo_b", ledger, input={"fails": 9}, retry=retry)))
    assert run.failed()["step"] == "last"
    assert done()[-3:] == ["undo_b", "undo_b", "undo_a"]
    assert run.events("run_failed")[0]["compensation"] == "incomplete"


def test_a_handler_that_sets_no_retry_is_tried_again(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(saga(ledger, failing(ledger), act("undo_b", ledger, input={"fails": 1})))
    assert run.failed()["step"] == "last"
    assert done()[-3:] == ["undo_b", "undo_b", "undo_a"]
    assert run.events("run_failed")[0]["compensation"] == "done"


def test_while_it_is_undone_only_terminating_is_possible(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(saga(ledger, failing(ledger), act("undo_b", ledger, input={"seconds": 60})))
    run.seen("step_started", step="undo_b")
    run.until("compensating")
    assert run.tell("cancel", 409)["code"] == "run_stopping"
    assert run.tell("pause", 409)["code"] == "run_stopping"
    run.tell("terminate", reason="Enough")
    assert run.ended()["status"] == "terminated"
    assert "undo_a" not in done()


def test_a_retry_does_again_what_was_undone(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(saga(ledger, act("last", ledger, input={"fails": 1, "final": True})))
    run.failed()
    run.again("retry").completed()
    assert done() == ["a", "b", "c", "last", "undo_b", "undo_a", "a", "b", "c", "last"]


def test_each_iteration_of_a_map_is_undone(rest: Rest, ledger: Path, done: Done) -> None:
    inner = act("do", ledger, parent="all", input={"word": "do ${ string(item) }"})
    undo = act("undo", ledger, parent="all", input={"word": "undo ${ string(item) }"})
    whole = node("map", "all", items=[1, 2, 3], concurrency=1)
    run = rest.run(line(whole, failing(ledger), end(), extra=(inner, undo), edges="do:compensate>undo"))
    run.failed()
    assert done() == ["do 1", "do 2", "do 3", "last", "undo 3", "undo 2", "undo 1"]


def test_undoing_reaches_into_inner_workflows(rest: Rest, ledger: Path, done: Done) -> None:
    inner = line(act("do", ledger), end(), extra=(act("undo", ledger),), edges="do:compensate>undo")
    made = rest.publish(inner)
    run = rest.run(line(node("workflow", "sub", workflow=made["name"]), failing(ledger), end()))
    run.failed()
    assert done() == ["do", "last", "undo"]
    assert undone(run) == [("sub/do", "sub/undo")]


def test_what_was_dealt_with_undoes_nothing(rest: Rest, ledger: Path, done: Done) -> None:
    last = act("last", ledger, input={"fails": 9, "final": True}, on_error={"action": "continue"})
    rest.run(saga(ledger, last)).completed()
    assert done() == ["a", "b", "c", "last"]
