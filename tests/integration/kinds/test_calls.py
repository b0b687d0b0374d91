"""What a step that calls an agent may do and suffer."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.kinds.graphs import act, end, graph, line, node, transform
from tests.integration.kinds.rest import Rest

pytestmark = pytest.mark.xdist_group("kinds")
Done = Callable[[], list[str]]
COUNT = "${ steps.do.count }"
CODE = "${ steps.do.error.code }"
SOON = {"attempts": 3, "initial_s": 0.05, "jitter": 0}


def test_a_failed_attempt_is_tried_again_with_the_same_key(rest: Rest, ledger: Path, done: Done) -> None:
    run = rest.run(line(act("do", ledger, input={"fails": 2}, retry=SOON), end(count=COUNT)))
    assert run.completed() == {"count": 3}
    failures = run.events("step_failed")
    assert [failure["error"]["code"] for failure in failures] == ["not_yet", "not_yet"]
    assert [event["attempt"] for event in run.events("step_started") if event["step"] == "do"] == [1, 2, 3]


def test_only_the_errors_named_are_tried_again(rest: Rest, ledger: Path, done: Done) -> None:
    other = act("other", ledger, input={"fails": 9}, retry={**SOON, "on": ["overloaded"]})
    named = act("named", ledger, input={"fails": 1, "final": True}, retry={**SOON, "on": ["never"]})
    assert rest.run(line(other, end())).failed()["code"] == "not_yet"
    assert rest.run(line(named, end())).ended()["status"] == "completed"
    assert done() == ["other", "named", "named"]


def test_without_attempts_left_the_run_fails_with_the_steps_error(rest: Rest, ledger: Path, done: Done) -> None:
    error = rest.run(line(act("do", ledger, input={"fails": 9}, retry=SOON), act("after", ledger), end())).failed()
    assert (error["code"], error["step"], error["message"]) == ("not_yet", "do", "It does not work yet.")
    assert done() == ["do"] * 3


def test_an_attempt_that_takes_too_long_or_says_nothing_is_ended(rest: Rest, ledger: Path) -> None:
    slow = rest.run(line(act("do", ledger, input={"seconds": 30}, timeout_s=0.5), end()))
    beating = act("do", ledger, input={"seconds": 1.6, "beats": 4}, heartbeat_timeout_s=1)
    alive = rest.run(line(beating, end(count=COUNT)))
    silent = rest.run(line(act("do", ledger, input={"seconds": 30}, heartbeat_timeout_s=1), end()))
    assert slow.failed()["code"] == "deadline_exceeded"
    assert alive.completed()["count"] == 2
    assert silent.failed()["code"] == "heartbeat_timeout"


def test_an_error_may_take_a_way_of_its_own(rest: Rest, ledger: Path, done: Done) -> None:
    failing = act("do", ledger, input={"fails": 1, "final": True}, on_error={"action": "branch"})
    run = rest.run(
        line(
            failing,
            act("fine", ledger),
            end(),
            extra=(node("end", "sorry", output={"code": CODE}),),
            edges="do:error>sorry",
        )
    )
    assert run.completed() == {"code": "never"}
    assert done() == ["do"]
    assert [event["step"] for event in run.events("step_skipped")] == ["fine", "end"]


def test_an_error_may_be_passed_over_with_a_default(rest: Rest, ledger: Path) -> None:
    given = {"action": "continue", "default": {"count": 0}}
    run = rest.run(line(act("do", ledger, input={"fails": 1, "final": True}, on_error=given), end(count=COUNT)))
    assert run.completed() == {"count": 0}


def test_a_step_whose_condition_does_not_hold_is_passed_over(rest: Rest, ledger: Path, done: Done) -> None:
    made = rest.draft(
        line(act("do", ledger, run_if="${ input.wanted }"), act("after", ledger), end(do="${ steps.do }"))
    )
    assert rest.start(made["id"], {"wanted": False}, version="draft").completed() == {"do": None}
    assert done() == ["after"]
    assert rest.start(made["id"], {"wanted": True}, version="draft").completed()["do"]["count"] == 1


def test_a_second_run_is_answered_from_the_cache(rest: Rest, ledger: Path, done: Done) -> None:
    step = act("do", ledger, cache={"ttl_s": 60, "key": "${ input.day }"}, input={"value": "${ input.n }"})
    made = rest.draft(line(step, end(value="${ steps.do.value }")))
    first = rest.start(made["id"], {"day": "monday", "n": 1}, version="draft")
    assert first.completed() == {"value": 1}
    time.sleep(0.3)
    second = rest.start(made["id"], {"day": "monday", "n": 2}, version="draft")
    assert second.completed() == {"value": 1}
    assert [event["cached"] for event in second.events("step_completed") if event["step"] == "do"] == [True]
    assert rest.start(made["id"], {"day": "tuesday", "n": 3}, version="draft").completed() == {"value": 3}
    assert done() == ["do", "do"]


def test_any_agent_with_the_capability_will_do(rest: Rest, ledger: Path) -> None:
    step = node("agent", "do", capability="count-effects", input={"ledger": str(ledger), "word": "do"})
    run = rest.run(line(step, end(count=COUNT)))
    assert run.completed() == {"count": 1}


def test_publishing_fixes_the_agents_version(rest: Rest, ledger: Path) -> None:
    made = rest.publish(line(act("do", ledger), end()))
    (version,) = rest.get(f"workflows/{made['id']}/versions")["results"]
    pinned = rest.get(f"workflows/{made['id']}/versions/{version['number']}")["graph"]["nodes"][1]
    assert pinned["version"] == "1.0.0"


def test_an_expression_that_fails_on_the_data_fails_its_step(rest: Rest) -> None:
    error = rest.run(line(transform("sum", "${ input.a + input.b }"), end()), {"a": 1, "b": "two"}).failed()
    assert (error["code"], error["step"]) == ("expression_failed", "sum")


class Moody(http.server.BaseHTTPRequestHandler):
    """Answers 503 first, then well; keeps the headers it was sent."""

    seen: list[Any]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.seen.append((dict(self.headers), body))
        self.send_response(503 if len(self.seen) == 1 else 200)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        return


@pytest.fixture
def address() -> Iterator[str]:
    Moody.seen = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Moody)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_a_request_is_repeated_with_its_idempotency_key(rest: Rest, address: str) -> None:
    call = node("http", "do", retry=SOON, input={"method": "POST", "url": address, "json": {"n": "${ input.n }"}})
    run = rest.run(line(call, end(status="${ steps.do.status }", n="${ steps.do.body.n }")), {"n": 7})
    assert run.completed() == {"status": 200, "n": 7}
    keys = [headers["Idempotency-Key"] for headers, _ in Moody.seen]
    assert keys == [f"{run.id}/do"] * 2


def test_a_request_to_a_private_address_is_refused(rest: Rest) -> None:
    call = node("http", "do", retry=SOON, input={"url": "http://10.0.0.1/"})
    run = rest.run(graph(node("start", "start"), call, end(), edges="start>do do>end"))
    assert run.failed()["code"] == "address_not_allowed"
    assert len(run.events("step_failed")) == 1
