"""What commands that change things answer with ``--json``: JSON on standard output and nothing else."""

import json

import pytest

from tests.integration.api import graphs
from tests.integration.cli.test_dead_letter_commands import bury_lost

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture
def said(stack):
    def call(*arguments):
        done = stack.cli(*arguments, "--json")
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    return call


@pytest.fixture
def workflow(stack):
    with stack.api() as api:
        body = {"title": "cli-json", "name": "cli-json", "graph": graphs.greeting()}
        answer = api.post("workflows", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_workflows_triggers_and_runs(stack, said, workflow, tmp_path):
    assert said("workflow", "export", "cli-json")["name"] == "cli-json"
    assert said("workflow", "export", "cli-json", "-o", str(tmp_path / "w.yaml")) == {"file": str(tmp_path / "w.yaml")}
    assert "name: cli-json" in (tmp_path / "w.yaml").read_text()
    refused = stack.cli("workflow", "export", "cli-json", "--format", "yaml", "--json")
    assert (refused.returncode, json.loads(refused.stderr)["field"]) == (2, "--format")
    said("runs", "export", "--workflow", "cli-json", "-o", str(tmp_path / "runs.jsonl"))
    assert (tmp_path / "runs.jsonl").read_text() == ""
    assert said("approvals") == said("approvals", "list")
    made = said("triggers", "create", "-w", "cli-json", "--name", "Hook", "--webhook", "-i", "name=Ada", "--off")
    gone = said("triggers", "delete", "Hook", "-w", "cli-json", "--yes")
    assert gone == {"id": made["id"], "name": "Hook", "deleted": True}
    assert said("workflow", "delete", "cli-json", "--yes") == {"id": workflow, "name": "cli-json", "deleted": True}


def test_policies(stack, said, tmp_path):
    file = tmp_path / "policies.yaml"
    file.write_text("policies:\n- name: cli-json\n  kind: rate_limit\n  spec: {per: token, rate: 1000, burst: 1000}\n")
    before = said("policy", "apply", "-f", str(file))["number"]
    assert said("policy", "disable", "cli-json")["number"] == before + 1
    assert said("policy", "enable", "cli-json")["number"] == before + 2
    assert said("policy", "delete", "cli-json", "--yes")["number"] == before + 3
    assert said("policy", "rollback", str(before), "--yes")["number"] == before + 4
    said("policy", "delete", "cli-json", "--yes")


def test_contracts(said, tmp_path):
    file = tmp_path / "order.json"
    file.write_text('{"type": "object", "properties": {"id": {"type": "integer"}}}')
    said("contract", "register", "cli.json.v1", "-f", str(file))
    assert said("contract", "mode", "cli.json.v1", "readonly")["mode"] == "READONLY"
    assert said("contract", "mode", "cli.json.v1", "default")["mode"] == "READWRITE"
    assert said("contract", "level", "cli.json.v1", "FULL")["compatibility"] == "FULL"
    assert said("contract", "bind", "cli.json.v1", "cli.json.*")["pattern"] == "cli.json.*"
    assert said("contract", "give", "cli.json.v1", "none")["project"] is None
    assert said("contract", "rejected", "cli.json.v1", "--clear", "--yes") == {"name": "cli.json.v1", "cleared": True}
    assert said("contract", "delete", "cli.json.v1", "--yes") == {"name": "cli.json.v1", "deleted": True}


def test_keys_and_dead_letters(stack, said, tmp_path):
    said("bundle", "keygen", str(tmp_path / "release.key"))
    key = str(said("bundle", "keys", "add", "--name", "Release", str(tmp_path / "release.key.pub"))["id"])
    assert said("bundle", "keys", "remove", key, "--yes") == {"id": key, "deleted": True}
    bury_lost(stack.services.redis_url, 1)
    [letter, *_] = said("dlq", "list", "text")
    assert said("dlq", "delete", "text", letter["id"], "--yes") == {"agent": "text", "deleted": [letter["id"]]}


@pytest.mark.parametrize(
    "arguments", [("init", "--name", "n", "--memory-limit", "much"), ("gateway", "start", "--name", "not a name!")]
)
def test_what_starts_processes_logs_json_and_ends_with_a_json_error(stack, arguments):
    done = stack.cli(*arguments, "--json")
    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert lines[-1]["code"] == "bad_input"
