"""Every command, through the whole running system."""

import subprocess
import sys
import time
from typing import Any

import pytest

from agentcluster.up.config import PROJECT
from agentcluster.up.processes import JOBS
from tests.integration.api import graphs

pytestmark = pytest.mark.xdist_group("stack")

START = {"kind": "start", "id": "start"}
END = {"kind": "end", "id": "end", "output": {"said": "${ steps.say }"}}
SAY = {"kind": "transform", "id": "say", "output": "${ input }"}
FORM = {"type": "object", "properties": {"amount": {"type": "number"}}, "required": ["amount"]}


class Api:
    """The REST API of a running installation, as a program uses it."""

    def __init__(self, client):
        self.client = client

    def post(self, path: str, body: Any = None, status: int | None = None, **headers: str) -> dict[str, Any]:
        answer = self.client.post(path, json=body or {}, headers=headers)
        assert status is None or answer.status_code == status, answer.text
        return answer.json()

    def get(self, path: str) -> dict[str, Any]:
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def publish(self, title: str, graph: dict[str, Any]) -> str:
        made = self.post("workflows", {"title": title, "graph": graph}, 201)
        self.post(f"workflows/{made['id']}/publish", {}, 201, **{"If-Match": '"1"'})
        return str(made["id"])

    def start(self, workflow: str, **body: Any) -> str:
        return str(self.post(f"workflows/{workflow}/runs", body, 202)["id"])

    def until(self, run: str, *statuses: str, timeout_s: float = 30) -> dict[str, Any]:
        deadline = time.monotonic() + timeout_s
        while True:
            found = self.get(f"runs/{run}")
            if found["status"] in statuses:
                return found
            assert time.monotonic() < deadline, (found["status"], found["error"], self.events(run))
            time.sleep(0.1)

    def events(self, run: str) -> list[dict[str, Any]]:
        return [record["event"] for record in self.get(f"runs/{run}/events")["events"]]

    def why(self, run: str) -> dict[str, Any]:
        return self.get(f"runs/{run}/why")


@pytest.fixture(scope="module")
def rest(stack):
    with stack.api() as client:
        yield Api(client)


@pytest.fixture(scope="module")
def asking(rest):
    ask = {"kind": "approval", "id": "ask", "message": "Pay ${ input.amount }?", "schema": FORM}
    graph = graphs.document(START, SAY, ask, END, edges=[("start", "say"), ("say", "ask")])
    graph["edges"].append({"source": "ask", "target": "end", "port": "approved"})
    return rest.publish("Ask", graph)


@pytest.fixture(scope="module")
def stuck(rest):
    return rest.publish("Stuck", graphs.never_answered())


def codes(why):
    return [reason["code"] for reason in why["reasons"]]


def test_people_are_waited_for_in_words_and_their_decision_goes_on(rest, asking):
    run = rest.start(asking, input={"amount": 3})
    rest.until(run, "waiting")
    why = rest.why(run)
    assert (why["status"], codes(why)) == ("waiting", ["approval"])
    assert why["reasons"][0]["message"] == "Waiting for approval by anybody who may run the workflow."
    time.sleep(1.5)
    (row,) = rest.get(f"approvals?mine=true&run={run}")["results"]
    assert (row["step"], row["message"], row["schema"]) == ("ask", "Pay 3?", FORM)
    rest.post(f"runs/{run}/approvals/ask", {"approved": True}, 422)
    rest.post(f"runs/{run}/approvals/ask", {"approved": True, "comment": "ok", "data": {"amount": 3}}, 202)
    rest.until(run, "completed")
    (given,) = [event for event in rest.events(run) if event["type"] == "approval_given"]
    assert (given["by"], given["comment"], given["data"]) == ("admin", "ok", {"amount": 3})
    time.sleep(0.5)
    assert rest.get(f"approvals?run={run}")["results"] == []
    assert codes(rest.why(run)) == ["completed"]


def test_a_signal_goes_on(rest):
    graph = graphs.document(
        START,
        SAY,
        {"kind": "signal", "id": "paid", "name": "paid"},
        END,
        edges=[("start", "say"), ("say", "paid"), ("paid", "end")],
    )
    workflow = rest.publish("Signal", graph)
    run = rest.start(workflow)
    rest.until(run, "waiting")
    assert codes(rest.why(run)) == ["signal"]
    rest.post(f"runs/{run}/signal", {"name": "pay"}, 409)
    rest.post(f"runs/{run}/signal", {"name": "paid", "data": {"amount": 1}}, 202)
    rest.until(run, "completed")
    rest.post(f"runs/{run}/signal", {"name": "paid"}, 409)


def test_a_run_is_paused_and_resumed(rest, asking):
    run = rest.start(asking, input={"amount": 3})
    rest.until(run, "waiting")
    rest.post(f"runs/{run}/pause", {"reason": "lunch"}, 202)
    rest.until(run, "paused")
    reasons = rest.why(run)["reasons"]
    assert reasons[0]["message"] == "Paused by admin: lunch."
    assert rest.post(f"runs/{run}/pause", {}, 409)["code"] == "already_paused"
    rest.post(f"runs/{run}/approvals/ask", {"approved": True, "data": {"amount": 1}}, 202)
    time.sleep(0.5)
    assert rest.get(f"runs/{run}")["status"] == "paused"
    rest.post(f"runs/{run}/resume", {}, 202)
    rest.until(run, "completed")


@pytest.mark.parametrize(("command", "status"), [("cancel", "cancelled"), ("terminate", "terminated")])
def test_a_run_is_ended_by_somebody(rest, stuck, command, status):
    run = rest.start(stuck)
    rest.until(run, "running", "waiting")
    deadline = time.monotonic() + 20
    while "retry" not in codes(rest.why(run)):
        assert time.monotonic() < deadline, rest.why(run)
        time.sleep(0.2)
    rest.post(f"runs/{run}/{command}", {"reason": "wrong"}, 202)
    rest.until(run, status)
    last = rest.events(run)[-1]
    assert (last["type"], last["by"], last["reason"]) == (f"run_{status}", "admin", "wrong")
    assert rest.post(f"runs/{run}/{command}", {}, 409)["code"] == "run_finished"


@pytest.fixture(scope="module")
def failing(rest):
    """Says something, then calls an address that is not allowed."""
    call = {"kind": "http", "id": "call", "input": {"method": "GET", "url": "http://192.0.2.1/"}}
    graph = graphs.document(START, SAY, call, END, edges=[("start", "say"), ("say", "call"), ("call", "end")])
    return rest.publish("Failing", graph)


def test_a_failed_run_is_tried_again_from_where_it_failed(rest, failing):
    run = rest.start(failing, input={"a": 1}, priority="high", labels={"team": "x"})
    failed = rest.until(run, "failed")
    assert codes(rest.why(run)) == ["failed"]
    made = rest.post(f"runs/{run}/retry", {"reason": "again"}, 201)
    again = rest.until(made["id"], "failed")
    assert (again["origin"]["run_id"], again["priority"], failed["priority"]) == (run, "high", "high")
    kinds = [event["type"] for event in rest.events(made["id"])]
    assert kinds.count("step_started") == 1
    said = [event for event in rest.events(made["id"]) if event["type"] == "step_completed"]
    assert [event["step"] for event in said] == ["say"]


def test_a_fork_goes_on_with_other_data(rest, failing):
    run = rest.start(failing, input={"a": 1})
    rest.until(run, "failed")
    (seq,) = [
        record["seq"]
        for record in rest.get(f"runs/{run}/events")["events"]
        if record["event"]["type"] == "step_completed"
    ]
    body = {"after": seq, "outputs": {"say": "edited"}, "input": {"b": 2}}
    made = rest.post(f"runs/{run}/fork", body, 201)
    forked = rest.until(made["id"], "failed")
    assert forked["input"] == {"a": 1, "b": 2}
    outputs = [event["output"] for event in rest.events(made["id"]) if event["type"] == "step_completed"]
    assert outputs == ["edited"]
    assert rest.post(f"runs/{run}/fork", {"after": 999}, 422)["last"] < 999


def test_a_replay_runs_once_more(rest, failing):
    run = rest.start(failing, input={"a": 1})
    rest.until(run, "failed")
    made = rest.post(f"runs/{run}/replay", {}, 201)
    assert rest.until(made["id"], "failed")["origin"]["kind"] == "replay"
    assert [child["kind"] for child in rest.get(f"runs/{run}")["children"]] == ["replay"]


def test_a_run_goes_on_as_another_one(rest, asking):
    run = rest.start(asking, input={"amount": 3})
    rest.until(run, "waiting")
    rest.post(f"runs/{run}/continue", {"reason": "long log"}, 202)
    rest.until(run, "continued")
    (child,) = rest.get(f"runs/{run}")["children"]
    assert child["kind"] == "continued"
    rest.until(child["id"], "waiting")
    rest.post(f"runs/{child['id']}/approvals/ask", {"approved": True, "data": {"amount": 1}}, 202)
    rest.until(child["id"], "completed")


def test_many_runs_start_with_one_request(rest, asking):
    saying = rest.publish("Say", graphs.greeting())
    body = {"runs": [{"input": {"name": str(number)}} for number in range(50)], "priority": "low"}
    results = rest.post(f"workflows/{saying}/runs/batch", body, 202)["results"]
    for result in results:
        assert rest.until(result["id"], "completed")["priority"] == "low"


class TestBulk:
    @pytest.fixture
    def jobs(self, stack):
        """A jobs worker that can be killed and started again."""
        processes = []

        def start():
            environment = {**stack.environment, "AGENTCLUSTER_PROCESS": "jobs"}
            log = (stack.home / "jobs.log").open("ab")
            command = [sys.executable, *JOBS]
            processes.append(subprocess.Popen(command, cwd=PROJECT, env=environment, stdout=log, stderr=log))
            log.close()
            return processes[-1]

        yield start
        for process in processes:
            if process.poll() is None:
                process.terminate()
                process.wait(timeout=20)

    def test_many_are_cancelled_with_one_request(self, rest, asking, jobs):
        jobs()
        runs = [{"input": {"amount": number}, "labels": {"bulk": "a"}} for number in range(250)]
        started = rest.post(f"workflows/{asking}/runs/batch", {"runs": runs}, 202)["results"]
        chosen = {"workflow": asking, "labels": {"bulk": "a"}}
        assert rest.post("runs/bulk", {"action": "cancel", "filter": chosen, "dry_run": True}, 200)["count"] == 250
        body = {"action": "cancel", "filter": chosen, "reason": "all wrong", "expected_count": 250}
        operation = rest.post("runs/bulk", body, 202)["id"]
        ended = until_ended(rest, operation, 60)
        assert (ended["done"], ended["refused"]) == (250, {})
        for result in started:
            rest.until(result["id"], "cancelled", timeout_s=60)

    def test_a_killed_worker_leaves_nothing_undone(self, rest, failing, jobs):
        first = jobs()
        runs = [{"input": {"a": number}, "labels": {"bulk": "b"}} for number in range(400)]
        for result in rest.post(f"workflows/{failing}/runs/batch", {"runs": runs}, 202)["results"]:
            rest.until(result["id"], "failed", timeout_s=60)
        chosen = {"labels": {"bulk": "b"}, "workflow": failing}
        operation = rest.post("runs/bulk", {"action": "replay", "filter": chosen}, 202)["id"]
        deadline = time.monotonic() + 60
        while not 0 < rest.get(f"bulk/{operation}")["done"] < 400:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        first.kill()
        first.wait()
        jobs()
        ended = until_ended(rest, operation, 120)
        assert (ended["done"], ended["refused"]) == (400, {})
        made = rest.get(f"runs?workflow={failing}&labels=bulk:b&limit=500")["results"]
        made += rest.get(f"runs?workflow={failing}&labels=bulk:b&limit=500&until={made[-1]['created_at']}")["results"]
        origins = [run["origin"]["run_id"] for run in made if run["origin"]]
        assert len(origins) == len(set(origins)) == 400


def until_ended(rest, operation, timeout_s):
    deadline = time.monotonic() + timeout_s
    while (found := rest.get(f"bulk/{operation}"))["status"] != "completed":
        assert time.monotonic() < deadline, found
        time.sleep(0.2)
    return found
