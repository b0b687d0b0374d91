"""A node that ``init --toolset`` lets host a bundle gets it when it is deployed, and instructions find its agent."""

import json
import signal
import subprocess

import pytest

from agentcluster.up.config import PROJECT
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture
def node(stack):
    """A node of its own for two agents, one built in, one a bundle."""
    command = [PROJECT / "bin" / "agent-coordinator", "init", "--name", "tool-node", "--toolset", "text, tally-marks"]
    with (stack.home / "tool-node.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=PROJECT, env=stack.environment, stdout=log, stderr=log)
        yield
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=40)


def ok(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def hosted(stack):
    rows = json.loads(ok(stack.cli("instances", "--node", "tool-node", "--json")))
    return {row["name"] for row in rows if row["state"] == "Running"}


def test_a_bundle_of_the_toolset_is_hosted_when_it_is_deployed_and_found_by_an_instruction(stack, node, tmp_path):
    wait_until(lambda: hosted(stack) == {"text"}, 30)
    ok(stack.cli("bundle", "init", "tally-marks", cwd=tmp_path))
    ok(stack.cli("bundle", "build", "tally-marks", "-o", "tally.zip", cwd=tmp_path))
    ok(stack.cli("bundle", "push", "tally.zip", cwd=tmp_path))
    ok(stack.cli("bundle", "approve", "tally-marks@0.1.0"))
    away = stack.cli("run", "use tally-marks on the text", "--input", "text=one two", "--yes")
    assert (away.returncode, "needs tally-marks, which does not run anywhere" in away.stderr) == (2, True)
    refused = ok(stack.cli("nodes", "--json"))
    assert "tally-marks" in next(row for row in json.loads(refused) if row["name"] == "tool-node")["toolset"]
    ok(stack.cli("deploy", "tally-marks@0.1.0", "--node", "tool-node", "--wait"))
    assert hosted(stack) == {"text", "tally-marks"}
    run = json.loads(ok(stack.cli("run", "use tally-marks on the text", "--input", "text=one two", "--json")))
    assert [node["agent"] for node in run["graph"]["nodes"] if node["kind"] == "agent"] == ["tally-marks"]
    assert run["status"] == "completed"
    ok(stack.cli("undeploy", "tally-marks@0.1.0", "--wait"))
    ok(stack.cli("bundle", "reject", "tally-marks@0.1.0"))
