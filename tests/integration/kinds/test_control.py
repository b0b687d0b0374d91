"""What people ask of a run; that nothing is done twice is counted outside."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from websockets.sync.client import connect

from tests.integration.kinds.graphs import Document, act, end, line, node
from tests.integration.kinds.rest import Rest
from tests.stack import Stack

pytestmark = pytest.mark.xdist_group("kinds")
Done = Callable[[], list[str]]


def three(ledger: Path, second: Document | None = None, **settings: Any) -> Document:
    """one, two, three; the output is what they gave."""
    steps = (
        act("one", ledger, input={"value": 1}),
        second or act("two", ledger, input={"value": "${ steps.one.value + 1 }"}),
    )
    last = act("three", ledger, input={"value": "${ steps.two.value }"})
    return line(*steps, last, end(value="${ steps.three.value }"), **settings)


def test_a_pause_lets_end_what_goes_on_and_starts_nothing(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(three(ledger, act("two", ledger, input={"seconds": 0.8, "value": 2})))
    run.seen("step_started", step="two")
    run.tell("pause", reason="Lunch")
    run.seen("step_completed", step="two")
    run.until("paused")
    time.sleep(0.4)
    assert done() == ["one", "two"]
    run.tell("resume")
    assert run.completed() == {"value": 2}
    assert done() == ["one", "two", "three"]


def test_cancelling_a_paused_run_ends_it(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(line(act("one", ledger, input={"seconds": 0.5}), act("two", ledger), end()))
    run.seen("step_started", step="one")
    run.tell("pause")
    run.until("paused")
    run.tell("cancel")
    assert run.ended()["status"] == "cancelled"
    assert "two" not in done()


def test_terminating_waits_for_nothing_and_undoes_nothing(rest: Rest, ledger: Path, done: Done) -> None:
    steps = (act("one", ledger), act("two", ledger, input={"seconds": 60}), end())
    run = rest.run(line(*steps, extra=(act("undo", ledger),), edges="one:compensate>undo"))
    run.seen("step_started", step="two")
    began = time.monotonic()
    run.tell("terminate", reason="Power off")
    assert run.ended()["status"] == "terminated"
    assert time.monotonic() - began < 5
    assert done() == ["one", "two"]
    assert run.tell("resume", 409)["code"] == "run_finished"


def test_a_retry_calls_nothing_again_that_was_done(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(three(ledger, act("two", ledger, input={"fails": 1, "final": True, "value": 2})))
    run.failed()
    again = run.again("retry", reason="Repaired")
    assert again.completed() == {"value": 2}
    assert done() == ["one", "two", "two", "three"]
    assert again.row()["origin"]["run_id"] == run.id


def test_a_replay_does_all_of_it_again(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(three(ledger))
    assert run.completed() == {"value": 2}
    assert run.again("replay").completed() == {"value": 2}
    assert done() == ["one", "two", "three"] * 2


def test_a_fork_takes_over_what_was_before_it_with_edits(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(three(ledger))
    run.completed()
    after = run.seq_of("step_completed", "two")
    forked = run.again("fork", after=after, outputs={"two": {"count": 1, "value": 40}})
    assert forked.completed() == {"value": 40}
    earlier = run.again("fork", after=run.seq_of("step_completed", "one"), outputs={"one": {"count": 1, "value": 9}})
    assert earlier.completed() == {"value": 10}
    assert done() == ["one", "two", "three", "three", "two", "three"]
    assert run.row()["output"] == {"value": 2}


def test_a_run_that_goes_on_as_another_takes_its_calls_along(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(three(ledger, act("two", ledger, input={"seconds": 1.5, "value": 5})))
    run.seen("step_started", step="two")
    run.tell("continue", reason="Long log")
    assert run.ended()["status"] == "continued"
    (child,) = run.row()["children"]
    following = type(run)(rest, child["id"])
    assert following.completed() == {"value": 5}
    assert done() == ["one", "two", "three"]


def test_the_same_key_starts_one_run(rest: Rest, ledger: Path, done: Done) -> None:
    made = rest.publish(three(ledger))
    path, body = f"workflows/{made['id']}/runs", {"input": {}}
    first = rest.post(path, body, 202, **{"Idempotency-Key": "order 1"})
    again = rest.post(path, body, 200, **{"Idempotency-Key": "order 1"})
    assert first["id"] == again["id"]
    refused = rest.post(path, {"input": {"other": 1}}, 409, **{"Idempotency-Key": "order 1"})
    assert refused["code"] == "idempotency_key_reused"
    rest_run = rest.get(f"runs?workflow={made['id']}")["results"]
    assert len(rest_run) == 1


def limited(ledger: Path, full: str) -> Document:
    limit = {"limit": 1, "key": "${ input.who }", "full": full}
    hold = node("signal", "hold", name="go")
    return line(act("began", ledger, input={"word": "${ input.n }"}), hold, end(n="${ input.n }"), concurrency=limit)


def test_a_run_beyond_the_limit_waits_its_turn(rest: Rest, ledger: Path, done: Done) -> None:
    made = rest.publish(limited(ledger, "queue"))
    first = rest.start(made["id"], {"who": "a", "n": "1"})
    first.seen("signal_awaited")
    low = rest.start(made["id"], {"who": "a", "n": "low"}, priority="low")
    low.until("queued")
    high = rest.start(made["id"], {"who": "a", "n": "high"}, priority="high")
    high.until("queued")
    other = rest.start(made["id"], {"who": "b", "n": "other"})
    other.seen("signal_awaited")
    assert rest.get(f"runs/{low.id}/why")["reasons"][0]["code"] == "queued"
    for run in (first, high, low, other):
        run.seen("signal_awaited")
        run.tell("signal", name="go")
        run.completed()
    assert done() == ["1", "other", "high", "low"]


def test_limits_by_key_and_of_all_hold_together(rest: Rest, ledger: Path, done: Done) -> None:
    document = limited(ledger, "queue")
    document["settings"]["concurrency"]["total"] = 2
    made = rest.publish(document)
    first = rest.start(made["id"], {"who": "a", "n": "1"})
    first.seen("signal_awaited")
    of_key = rest.start(made["id"], {"who": "a", "n": "2"})
    of_key.until("queued")
    other = rest.start(made["id"], {"who": "b", "n": "3"})
    other.seen("signal_awaited")
    of_all = rest.start(made["id"], {"who": "c", "n": "4"})
    of_all.until("queued")
    assert [run.seen("run_queued")["limit"] for run in (of_key, of_all)] == [1, 2]
    for run in (other, of_all, first, of_key):
        run.seen("signal_awaited")
        run.tell("signal", name="go")
        run.completed()
    assert done() == ["1", "3", "4", "2"]


def test_a_run_beyond_the_limit_is_refused(rest: Rest, ledger: Path, done: Done) -> None:
    made = rest.publish(limited(ledger, "reject"))
    first = rest.start(made["id"], {"who": "a", "n": "1"})
    first.seen("signal_awaited")
    assert rest.start(made["id"], {"who": "a", "n": "2"}).failed()["code"] == "concurrency_limit"
    first.tell("signal", name="go")
    first.completed()
    assert done() == ["1"]


def test_a_newer_run_takes_the_place_of_the_older(rest: Rest, ledger: Path, done: Done) -> None:
    made = rest.publish(limited(ledger, "replace"))
    first = rest.start(made["id"], {"who": "a", "n": "1"})
    first.seen("signal_awaited")
    second = rest.start(made["id"], {"who": "a", "n": "2"})
    assert first.ended()["status"] == "cancelled"
    second.seen("signal_awaited")
    second.tell("signal", name="go")
    assert second.completed() == {"n": "2"}


def test_priority_comes_from_the_start_else_from_the_workflow(rest: Rest, ledger: Path) -> None:
    made = rest.publish(three(ledger, priority="low"))
    plain, urgent = rest.start(made["id"]), rest.start(made["id"], priority="high")
    plain.completed()
    urgent.completed()
    assert (plain.row()["priority"], urgent.row()["priority"]) == ("low", "high")


def test_a_run_takes_no_longer_than_its_workflow_allows(rest: Rest, ledger: Path) -> None:
    run = rest.run(line(act("one", ledger, input={"seconds": 60}), end(), timeout_s=0.8))
    assert run.failed()["code"] == "run_too_long"


def test_all_of_it_is_seen_over_websocket(rest: Rest, kinds: Stack, ledger: Path) -> None:
    run = rest.run(three(ledger, act("two", ledger, input={"seconds": 0.4, "value": 2})))
    address = f"{kinds.url.replace('http', 'ws')}/ws/runs/{run.id}/?after=0"
    headers = {"Authorization": rest.client.headers["Authorization"]}
    seen: list[dict[str, Any]] = []
    with connect(address, additional_headers=headers, open_timeout=20) as socket:
        while (message := msgspec.json.decode(socket.recv(timeout=20)))["type"] != "end":
            if message["type"] == "events":
                seen += [record["event"] for record in message["events"]]
                socket.send(msgspec.json.encode({"type": "ack", "cursor": message["cursor"]}).decode())
    assert message["status"] == "completed"
    assert seen == run.events()
