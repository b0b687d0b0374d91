"""Every template runs with its sample as it comes, and shows what its note promises."""

import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from designer.samples import templates
from tests.integration.kinds import graphs
from tests.integration.kinds.rest import Rest, Watched

pytestmark = pytest.mark.xdist_group("kinds")


def made(rest: Rest, name: str) -> tuple[str, dict[str, Any]]:
    """Make a workflow from the template; return its id and the sample input."""
    workflow = rest.post("workflows", {"title": name, "template": name}, 201)
    assert workflow["draft"]["problems"] == []
    rest.post(f"workflows/{workflow['id']}/publish", {}, 201, **{"If-Match": '"1"'})
    return workflow["id"], rest.get(f"templates/{name}")["sample_input"]


def sample(rest: Rest, name: str, **changes: Any) -> Watched:
    workflow, given = made(rest, name)
    return rest.start(workflow, {**given, **changes})


def remembered(rest: Rest, session: str, key: str) -> list[Any]:
    read = graphs.node("memory", "look", input={"action": "read", "session": session, "key": key, "limit": 100})
    output = rest.run(graphs.line(read, graphs.end(found="${ steps.look.value }"))).completed()
    return list(output["found"] or [])


@pytest.mark.parametrize("name", ["analyse-sales", "compare-regions"])
def test_charts_are_drawn(rest: Rest, name: str) -> None:
    output = sample(rest, name).completed(60)
    assert output["chart"]["figure"] if name == "analyse-sales" else len(output["charts"]) == 5


def test_an_order_is_fulfilled(rest: Rest) -> None:
    run = sample(rest, "order-fulfilment", order_id="A-1")
    assert run.completed() == {"order": "A-1", "state": "shipped", "total": 105.9}
    assert run.row()["priority"] == "high"


def test_an_order_nobody_carries_is_undone_from_the_last_step_to_the_first(rest: Rest) -> None:
    run = sample(rest, "order-fulfilment", order_id="A-2", country="Atlantis")
    error = run.failed()
    assert (error["code"], error["step"]) == ("path_not_found", "carrier")
    (undoing,) = run.events("compensation_started")
    expected = [("pack", "cancel_parcel"), ("charge", "refund"), ("reserve", "release")]
    assert [(each["step"], each["handler"]) for each in undoing["undo"]] == expected
    handlers = [event["step"] for event in run.events("step_completed")][-3:]
    assert handlers == ["cancel_parcel", "refund", "release"]
    assert run.events("run_failed")[0]["compensation"] == "done"
    of_order = [each for each in remembered(rest, "order-fulfilment", "stock/lamp") if each["order"] == "A-2"]
    assert [each["change"] for each in of_order] == [-2, 2]
    paid = [each["amount"] for each in remembered(rest, "order-fulfilment", "payments") if each["order"] == "A-2"]
    assert paid == [99, -99]


def test_a_risky_order_is_refused_and_gives_its_stock_back(rest: Rest) -> None:
    run = sample(rest, "order-fulfilment", order_id="A-3", item="desk", quantity=20, pay_by="invoice")
    assert run.completed() == {"order": "A-3", "state": "refused"}
    assert [each["change"] for each in remembered(rest, "order-fulfilment", "stock/desk")] == [-20, 20]


def test_an_urgent_incident_is_approved_and_resolved(rest: Rest) -> None:
    run = sample(rest, "incident-triage", id="INC-1")
    run.seen("approval_requested")
    run.tell("approvals/approve", 422, approved=True, data={"action": "Pray"})
    run.tell("approvals/approve", approved=True, comment="Go", data={"action": "Roll back", "note": "at once"})
    run.seen("signal_awaited")
    run.tell("signal", name="incident.resolved", key="INC-9", data={"cause": "another"})
    run.tell("signal", name="incident.resolved", key="INC-1", data={"cause": "bad update"})
    assert run.completed()["outcome"] == {"cause": "bad update"}
    assert run.events("signal_received")[-1]["key"] == "INC-1"


def test_a_rejected_remedy_is_escalated_and_what_is_not_urgent_is_logged(rest: Rest) -> None:
    workflow, given = made(rest, "incident-triage")
    urgent = rest.start(workflow, {**given, "id": "INC-2"})
    question = rest.start(workflow, {**given, "text": "How can I change my address, and where?"})
    other = rest.start(workflow, {**given, "text": "The logo is blue."})
    urgent.seen("approval_requested")
    urgent.tell("approvals/approve", approved=False, comment="Too risky")
    assert urgent.completed() == {"id": "INC-2", "state": "escalated"}
    assert question.completed()["kind"] == "question"
    assert other.completed()["kind"] == "other"


def test_research_is_reviewed_round_after_round(rest: Rest) -> None:
    run = sample(rest, "research-and-review")
    run.seen("approval_requested", 40, step="terms")
    assert "llm-router" in json.dumps(run.events("plan_made"))
    run.tell("approvals/terms", approved=True)
    output = run.completed(60)
    assert [each["about"] for each in output["answers"]] == ["price", "battery", "screen", "support"]
    assert all(about in output["summary"].lower() for about in ("price", "battery", "screen", "support"))
    assert 2 <= output["rounds"] <= 3
    assert output["headline"] in output["summary"]
    assert output["terms"]


def test_the_second_nightly_report_parses_nothing_again_and_knows_the_first(rest: Rest) -> None:
    workflow, given = made(rest, "nightly-report")
    first = rest.start(workflow, given).completed(60)
    second = rest.start(workflow, {**given, "chat": False})
    output = second.completed(60)
    assert output["chart"]["figure"]
    assert output["before"] == pytest.approx(sum(row[1] for row in first["totals"]["preview"]))
    cached = {event["step"]: event.get("cached", False) for event in second.events("step_completed")}
    assert cached["parse"]
    assert [event["step"] for event in second.events("step_skipped")] == ["chat"]


def test_a_batch_is_imported_row_by_row(rest: Rest) -> None:
    run = sample(rest, "batch-import")
    output = run.completed(60)
    assert (output["state"], output["imported"], len(output["refused"])) == ("imported", 25, 3)
    assert {error["code"] for error in output["refused"]} == {"not_valid"}
    assert output["chart"]["figure"]
    assert run.row()["priority"] == "low"
    assert len(remembered(rest, "imports/northwind", "rows")) == 25


def test_a_file_that_is_something_else_is_not_imported(rest: Rest) -> None:
    workflow, _ = made(rest, "batch-import")
    file = ("odd.csv", b"a,when\n1,01/02/2026\n2,03/04/2026\n", "text/csv")
    answer = rest.client.post("artifacts", files={"file": file})
    run = rest.start(workflow, {"supplier": "odd", "file": answer.json()["ref"]})
    assert run.completed()["state"] == "refused"


@pytest.fixture
def address() -> Iterator[str]:
    """A web server that answers with a list."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps([] if self.path == "/none" else [{"name": "one"}, {"name": "two"}]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            return

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_json_is_fetched_and_summarised(rest: Rest, address: str) -> None:
    workflow, given = made(rest, "fetch-json")
    output = rest.start(workflow, {**given, "url": f"{address}/list"}).completed()
    assert output["entries"] == ["one", "two"]
    assert output["summary"].endswith("· one\n· two")
    assert rest.start(workflow, {**given, "url": f"{address}/none"}).completed()["entries"] == []


def test_none_is_left_out() -> None:
    """Each template is run above by its name."""
    text = Path(__file__).read_text(encoding="utf-8")
    assert [each.name for each in templates() if f'"{each.name}"' not in text] == []
