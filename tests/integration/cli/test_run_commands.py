"""Runs steered on the command line: one by one, and all that a filter finds."""

import json
import subprocess
import sys

import pytest

from agentcluster.up.config import PROJECT
from agentcluster.up.processes import JOBS
from tests.integration.api import graphs
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("stack")


def asking():
    """Asks a person for the amount, then waits for a signal."""
    graph = graphs.document(
        {"kind": "start", "id": "start"},
        {"kind": "approval", "id": "ask", "message": "Pay ${ input.amount }?"},
        {"kind": "signal", "id": "paid", "name": "paid"},
        {"kind": "end", "id": "end", "output": {"amount": "${ input.amount }", "paid": "${ steps.paid.data }"}},
        edges=[("start", "ask"), ("paid", "end")],
    )
    graph["edges"].append({"source": "ask", "target": "paid", "port": "approved"})
    return graph


@pytest.fixture(scope="module")
def workflow(stack):
    """Published under the name ``cli-asks``."""
    with stack.api() as api:
        made = api.post("workflows", json={"title": "cli-asks", "name": "cli-asks", "graph": asking()}).json()
        assert api.post(f"workflows/{made['id']}/publish", json={}, headers={"If-Match": '"1"'}).status_code == 201
    return "cli-asks"


@pytest.fixture
def jobs(stack):
    """A jobs worker: it carries out what is done in bulk."""
    with (stack.home / "jobs.log").open("ab") as log:
        command = [sys.executable, *JOBS]
        process = subprocess.Popen(command, cwd=PROJECT, env=stack.environment, stdout=log, stderr=log)
        yield
        process.terminate()
        process.wait(timeout=30)


def start(stack, workflow, *options):
    done = stack.cli("run", "-w", workflow, "-i", "amount=90", "--no-watch", "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["id"]


def ok(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def status(stack, run_id):
    return json.loads(stack.cli("runs", "show", run_id, "--json").stdout)["status"]


def waits(stack, run_id, code):
    def told():
        reasons = json.loads(ok(stack.cli("runs", "why", run_id, "--json")))["reasons"]
        return code in {reason["code"] for reason in reasons}

    wait_until(told, timeout_s=30)


def test_a_run_is_approved_signalled_and_forked(stack, workflow):
    run_id = start(stack, workflow, "--label", "team=sales", "--priority", "high")
    waits(stack, run_id, "approval")
    assert "Waiting for approval" in ok(stack.cli("runs", "why", run_id))
    assert run_id in ok(stack.cli("approvals", "list", "--mine", "-w", workflow))
    assert run_id in ok(stack.cli("approvals"))
    assert "ask: approved" in ok(stack.cli("runs", "approve", run_id, "-m", "Within budget"))
    again = stack.cli("runs", "approve", run_id)
    assert (again.returncode, "waits for approval" in again.stderr) == (2, True)
    unknown = stack.cli("runs", "signal", run_id, "--name", "payed")
    assert unknown.returncode == 2
    ok(stack.cli("runs", "signal", run_id, "--name", "paid", "--data", '{"euro": 90}'))
    watched = stack.cli("runs", "watch", run_id, "--json")
    run = json.loads(ok(watched))
    assert (run["output"], run["priority"]) == ({"amount": 90, "paid": {"euro": 90}}, "high")
    fork = json.loads(ok(stack.cli("runs", "fork", run_id, "--after", "1", "--input", "amount=75", "--json")))
    assert fork["origin"]["run_id"] == run_id
    waits(stack, fork["id"], "approval")
    assert "ask: rejected" in ok(stack.cli("runs", "reject", fork["id"], "-m", "Too much"))
    listed = json.loads(ok(stack.cli("runs", "list", "--origin", run_id, "--json")))
    assert [row["id"] for row in listed] == [fork["id"]]
    labelled = json.loads(
        ok(stack.cli("runs", "list", "--label", "team=sales", "-w", workflow, "--since", "1h", "--json"))
    )
    assert run_id in [row["id"] for row in labelled]
    assert stack.cli("runs", "list", "--since", "yesterday").returncode == 2


def test_a_run_is_paused_resumed_continued_and_ended(stack, workflow):
    run_id = start(stack, workflow)
    waits(stack, run_id, "approval")
    assert f"Run {run_id} was told to pause." in ok(stack.cli("runs", "pause", run_id, "--reason", "Lunch"))
    waits(stack, run_id, "paused")
    assert stack.cli("runs", "pause", run_id).returncode == 2
    ok(stack.cli("runs", "resume", run_id))
    wait_until(lambda: status(stack, run_id) == "waiting", timeout_s=30)
    ok(stack.cli("runs", "continue", run_id))
    wait_until(lambda: status(stack, run_id) == "continued", timeout_s=30)
    (child,) = json.loads(ok(stack.cli("runs", "show", run_id, "--json")))["children"]
    ok(stack.cli("runs", "terminate", child["id"]))
    watched = stack.cli("runs", "watch", child["id"])
    assert watched.returncode == 1
    wait_until(lambda: status(stack, child["id"]) == "terminated", timeout_s=30)
    replay = json.loads(ok(stack.cli("runs", "replay", child["id"], "--version", "newest", "--json")))
    assert replay["origin"]["kind"] == "replay"
    waits(stack, replay["id"], "approval")
    ok(stack.cli("runs", "cancel", replay["id"]))
    wait_until(lambda: status(stack, replay["id"]) == "cancelled", timeout_s=30)
    retried = ok(stack.cli("runs", "retry", replay["id"]))
    assert f"Run {replay['id']} goes on as " in retried
    ok(stack.cli("runs", "terminate", retried.split()[-1].rstrip(".")))
    assert "was deleted" in ok(stack.cli("runs", "delete", replay["id"]))
    assert stack.cli("runs", "show", replay["id"]).returncode == 2


def test_a_refusal_stops_none_of_the_others_and_a_key_makes_a_repeat_safe(stack, workflow):
    ended, going_on = start(stack, workflow), start(stack, workflow, "--idempotency-key", "cli-key-1")
    assert start(stack, workflow, "--idempotency-key", "cli-key-1") == going_on
    waits(stack, going_on, "approval")
    ok(stack.cli("runs", "terminate", ended))
    wait_until(lambda: status(stack, ended) == "terminated", timeout_s=30)
    done = stack.cli("runs", "pause", ended, going_on, "--reason", "Lunch")
    assert done.returncode == 2
    assert f"Run {ended} refused: The run has already ended" in done.stderr
    assert f"Run {going_on} was told to pause." in done.stdout
    told = json.loads(stack.cli("runs", "resume", ended, going_on, "--json").stdout)
    assert [told[0]["error"]["code"], told[1]["id"]] == ["run_finished", going_on]
    for command in (["retry"], ["replay"], ["fork", "--after", "1"]):
        words = ("runs", command[0], ended, *command[1:], "--idempotency-key", f"cli-{command[0]}", "--json")
        first, again = (json.loads(ok(stack.cli(*words)))["id"] for _ in range(2))
        assert first == again, command
        ok(stack.cli("runs", "terminate", first))
    ok(stack.cli("runs", "terminate", going_on))


def test_all_that_wait_get_a_signal(stack, workflow, jobs):
    runs = [start(stack, workflow, "--label", "bulk=signal") for _ in range(2)]
    for run_id in runs:
        waits(stack, run_id, "approval")
    chosen = ["--workflow", workflow, "--label", "bulk=signal", "--yes"]
    assert "approve: done for 2" in ok(stack.cli("runs", "bulk", "approve", *chosen, "--reason", "Within budget"))
    for run_id in runs:
        waits(stack, run_id, "signal")
    words = ["runs", "bulk", "signal", "-n", "paid", "-d", '{"n": 1}', *chosen, "--idempotency-key", "cli-bulk-1"]
    first = json.loads(ok(stack.cli(*words, "--json")))
    assert (first["total"], first["done"]) == (2, 2)
    for run_id in runs:
        wait_until(lambda run_id=run_id: status(stack, run_id) == "completed", timeout_s=30)
    lost = stack.cli("runs", "bulk", "signal", "-n", "paid", *chosen, "--dry-run")
    assert "0 runs match (2 more would only refuse)." in lost.stderr


def test_many_are_started_counted_and_cancelled(stack, workflow, jobs, tmp_path):
    lines = [{"input": {"amount": n}, "idempotency_key": f"order-{n}"} for n in range(5)]
    lines[3]["labels"] = {"vip": "yes"}
    batch = tmp_path / "orders.jsonl"
    batch.write_text("\n".join(json.dumps(line) for line in lines) + "\n")
    started = json.loads(
        ok(
            stack.cli(
                "run", "-w", workflow, "--batch", str(batch), "--label", "batch=cli", "--priority", "low", "--json"
            )
        )
    )
    assert (len(started["accepted"]), started["refused"]) == (5, [])
    again = ok(stack.cli("run", "-w", workflow, "--batch", str(batch), "--label", "batch=cli", "--priority", "low"))
    assert "Started 5 runs" in again, "the same runs: their keys say so"
    chosen = ["--workflow", workflow, "--label", "batch=cli"]
    dry = stack.cli("runs", "cancel", *chosen, "--dry-run")
    assert (dry.returncode, "5 runs match" in dry.stderr) == (0, True)
    unasked = stack.cli("runs", "cancel", *chosen)
    assert (unasked.returncode, "--yes" in unasked.stderr) == (2, True)
    assert stack.cli("runs", "cancel", "--yes").returncode == 2, "without a filter nothing is meant"
    vip = json.loads(ok(stack.cli("runs", "terminate", *chosen, "--label", "vip=yes", "--yes", "--json")))
    assert (vip["total"], vip["done"]) == (1, 1)
    wait_until(lambda: status(stack, started["accepted"][3]) == "terminated", timeout_s=30)
    assert "cancel: done for 4" in ok(
        stack.cli("runs", "cancel", *chosen, "--status", "pending,running,waiting", "--yes", "--reason", "Example")
    )
    none = stack.cli("runs", "cancel", *chosen, "--status", "paused", "--yes")
    assert (none.returncode, "0 runs match" in none.stderr) == (0, True)


def test_a_batch_that_is_too_fast_is_sent_in_parts_and_takes_its_time(stack, workflow, tmp_path):
    few = {"kind": "rate_limit", "spec": {"per": "workflow", "rate": 1, "burst": 2}}
    batch = tmp_path / "few.jsonl"
    batch.write_text('{"input": {"amount": 1}}\n' * 3)
    with stack.api() as api:
        set_policy(api, few)
        try:
            done = stack.cli("run", "-w", workflow, "--batch", str(batch), "--json")
        finally:
            remove_policy(api)
    started = json.loads(ok(done))
    assert (len({*started["accepted"]}), started["refused"]) == (3, [])
    assert "Waiting 1 s." in done.stderr
    for run_id in started["accepted"]:
        ok(stack.cli("runs", "terminate", run_id))


def test_new_runs_of_a_bulk_operation_come_as_fast_as_the_rate_limits_let_them(stack, workflow, jobs):
    few = {"kind": "rate_limit", "spec": {"per": "workflow", "rate": 1, "burst": 2}}
    runs = [start(stack, workflow, "--label", "bulk=slow") for _ in range(4)]
    with stack.api() as api:
        set_policy(api, few)
        try:
            body = {"action": "replay", "filter": {"ids": runs}, "expected_count": 4}
            operation = api.post("runs/bulk", json=body).raise_for_status().json()["id"]
            wait_until(lambda: api.get(f"bulk/{operation}").json()["status"] == "completed", 40)
        finally:
            remove_policy(api)
        ended = api.get(f"bulk/{operation}").json()
        assert (ended["done"], ended["refused"]) == (4, {})
        for run_id in (*runs, *(row["id"] for run in runs for row in api.get(f"runs?origin={run}").json()["results"])):
            api.post(f"runs/{run_id}/terminate", json={})


def set_policy(api, policy):
    number = api.get("policies").json()["number"]
    api.put("policies/few", json=policy, headers={"If-Match": f'"{number}"'}).raise_for_status()
    wait_until(lambda: api.get("policies/state").json()["behind"] == 0)


def remove_policy(api):
    number = api.get("policies").json()["number"]
    api.delete("policies/few", headers={"If-Match": f'"{number}"'}).raise_for_status()
    wait_until(lambda: api.get("policies/state").json()["behind"] == 0)


def test_bad_lines_of_a_batch_have_their_place(stack, workflow, tmp_path):
    batch = tmp_path / "bad.jsonl"
    batch.write_text('{"input": {}}\n{"amount": 3}\n')
    done = stack.cli("run", "-w", workflow, "--batch", str(batch))
    assert (done.returncode, f"{batch}:2: " in done.stderr) == (2, True)
    batch.write_text("nonsense\n")
    assert f"{batch}:1: this is not JSON" in stack.cli("run", "-w", workflow, "--batch", str(batch)).stderr
    batch.write_text('{"input": 5}\n')
    assert stack.cli("run", "-w", workflow, "--batch", str(batch)).returncode == 2
    assert stack.cli("run", "-w", workflow, "--batch", str(batch), "-i", "amount=1").returncode == 2


def test_runs_are_exported(stack, workflow, tmp_path):
    run_id = start(stack, workflow, "--label", "export=yes")
    waits(stack, run_id, "approval")
    out = tmp_path / "run.json"
    ok(stack.cli("runs", "export", run_id, "-o", str(out)))
    assert json.loads(out.read_text())["run"]["id"] == run_id
    lines = ok(stack.cli("runs", "export", "--label", "export=yes", "--no-records")).splitlines()
    assert [json.loads(line)["run"]["id"] for line in lines] == [run_id]
    assert stack.cli("runs", "export", run_id, "-o", "/no/such/folder/x").returncode == 2
    ok(stack.cli("runs", "terminate", run_id))


@pytest.mark.parametrize(
    "arguments",
    [
        ["runs", "why", "nonsense"],
        ["runs", "approve", "nonsense"],
        ["runs", "signal", "nonsense", "--name", "x"],
        ["runs", "fork", "nonsense", "--after", "1"],
        ["runs", "pause", "nonsense"],
        ["runs", "pause", "nonsense", "--version", "newest"],
        ["runs", "cancel", "nonsense", "--idempotency-key", "x"],
        ["runs", "bulk", "explode", "--all", "--yes"],
        ["runs", "bulk", "signal", "--all", "--yes"],
        ["runs", "bulk", "signal", "--name", "x"],
        ["run", "-w", "nonsense", "--batch", "x.jsonl", "--idempotency-key", "x"],
        ["runs", "delete", "nonsense"],
        ["runs", "export", "nonsense"],
        ["runs", "list", "--label", "team"],
        ["runs", "list", "--workflow", "nonsense"],
        ["triggers", "fire", "nonsense"],
        ["triggers", "list", "--workflow", "nonsense"],
        ["workflow", "export", "nonsense"],
        ["workflow", "export", "analyse-sales", "--format", "xml"],
    ],
)
def test_bad_input_is_told_in_a_sentence(stack, arguments):
    done = stack.cli(*arguments)
    assert done.returncode == 2, done.stdout + done.stderr
    assert done.stderr.startswith("Error: ")
    assert "Traceback" not in done.stderr
