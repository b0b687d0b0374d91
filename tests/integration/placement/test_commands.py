"""The command line and the REST API on a whole installation with two nodes."""

import json

import pytest

from tests.integration.placement.process import start_node
from tests.stack import Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("stack")
REGISTER = (
    *("register", "--id", "data-analyzer-v2", "--capabilities", "csv-parse, pandas-exec, plotly-render"),
    *("--intent-schema", '{"input":"string","output_format":"json|png"}'),
)


@pytest.fixture(scope="module")
def second(stack: Stack):
    process = start_node("second", stack.services.nats_url, stack.services.redis_url, stack.home, "--region", "eu")
    wait_until(lambda: len(said(stack, "nodes")) == 2, 60)
    yield process
    process.terminate()
    process.wait(timeout=30)
    stack.cli("undeploy", "text@1.0.0", "--wait")


def said(stack: Stack, *arguments: str):
    done = stack.cli(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def hosts(stack: Stack) -> dict[str, int]:
    rows = [
        row for row in said(stack, "instances", "--agent", "text") if row["slot"] >= 0 and row["state"] == "Running"
    ]
    found: dict[str, int] = {}
    for row in rows:
        found[row["node"]] = found.get(row["node"], 0) + 1
    return found


def test_deploy_scale_drain_migrate_restart_and_undeploy(stack: Stack, second):
    done = stack.cli("deploy", "text", "--replicas", "2", "--wait")
    assert (done.returncode, "text@1.0.0: 2 of 2 instances, ready" in done.stdout) == (0, True), done.stderr
    assert hosts(stack) == {"local": 1, "second": 1}
    assert said(stack, "scale", "text", "4", "--wait")["ready"] == 4
    assert hosts(stack) == {"local": 2, "second": 2}
    assert stack.cli("drain", "local").returncode == 0
    wait_until(lambda: hosts(stack) == {"second": 4}, 30)
    assert "draining" in stack.cli("nodes").stdout
    assert stack.cli("drain", "local", "--off").returncode == 0
    instance = next(row["instance"] for row in said(stack, "instances", "--agent", "text") if row["node"] == "second")
    moved = next(row for row in said(stack, "instances", "--agent", "text") if row["slot"] >= 0)["instance"]
    assert stack.cli("instances", "migrate", moved, "--node", "local").returncode == 0
    wait_until(lambda: hosts(stack) == {"local": 1, "second": 3}, 30)
    assert "started" in stack.cli("logs", instance).stdout
    assert stack.cli("instances", "restart", instance).returncode == 0
    shown = stack.cli("agents", "show", "text").stdout
    assert "4/4" in shown
    assert said(stack, "undeploy", "text", "--wait")["slots"] == []
    assert "Nothing is deployed" in stack.cli("deployments").stdout
    last = said(stack, "deployments", "text", "--history")[0]
    assert (last["version"], last["action"], last["replicas"], last["why"]) == ("1.0.0", "change", 0, "")
    assert last["by"] in stack.cli("deployments", "text", "--history").stdout


def test_what_nobody_can_host_says_why(stack: Stack, second):
    done = stack.cli("deploy", "text", "--replicas", "1", "--region", "mars")
    assert done.returncode == 0
    # The nodes may not have said yet why not, when it is told that they are being told.
    wait_until(lambda: "second is in region eu, not mars" in stack.cli("deployments", "--json").stdout)
    assert "short" in stack.cli("deployments").stdout
    assert stack.cli("undeploy", "text").returncode == 0
    assert stack.cli("deploy", "text", "--replicas", "0", "--role", "node").returncode == 0


def test_an_agent_is_registered_as_the_manual_writes_it(stack: Stack):
    done = stack.cli(*REGISTER)
    assert done.returncode == 0, done.stderr
    assert "Registered data-analyzer-v2@1.0.0" in done.stdout
    shown = said(stack, "agents", "show", "data-analyzer-v2")
    assert shown["versions"][0]["runtime"] == "remote"
    assert shown["capabilities"] == ["csv-parse", "pandas-exec", "plotly-render"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("register", "--id", "x", "--capabilities", "a", "--intent-schema", "{"), "no JSON"),
        (("register", "--id", "x", "--capabilities", "a", "--intent-schema", "[]"), "is a JSON object"),
        (("register", "--id", "x", "--capabilities", "a", "--intent-schema", "@/nowhere"), "cannot be read"),
        (("register", "--id", "x", "--capabilities", "a", "--intent-schema", '{"input":"strin"}'), "is no type"),
        (("deploy", "nobody"), "no agent “nobody”"),
        (("deploy", "text@9.9.9"), "has no version 9.9.9"),
        (("scale", "csv-parse", "3"), "is not deployed"),
        (("deployments", "--history"), "Name the agent whose history you want"),
        (("rollback", "text", "1.0.0"), "no other version"),
        (("drain", "nowhere"), "There is no node “nowhere”"),
        (("stop-node", "nowhere"), "There is no node “nowhere”"),
        (("logs", "nobody-1"), "There is no instance nobody-1"),
        (("instances", "stop", "nobody-1"), "There is no instance nobody-1"),
        (("run", "analyse nowhere.csv and draw the trend", "--yes"), "nowhere.csv, which is not here"),
        (("run",), "Say which workflow"),
    ],
)
def test_what_makes_no_sense_ends_with_a_sentence_and_code_2(stack: Stack, arguments, sentence):
    done = stack.cli(*arguments)
    assert (done.returncode, sentence in " ".join(done.stderr.split())) == (2, True), done.stderr


def test_an_instance_the_node_hosts_itself_does_not_move(stack: Stack):
    own = next(row["instance"] for row in said(stack, "instances", "--agent", "json") if row["slot"] < 0)
    done = stack.cli("instances", "migrate", own)
    assert (done.returncode, "by its own choice" in done.stderr) == (2, True)
