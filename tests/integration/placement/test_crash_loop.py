"""A bundle whose process keeps ending, and one that never starts: what the operator sees, and reads when all is over."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.sandbox.bubblewrap import find_bubblewrap
from tests.sandbox.bundles import of_code
from tests.stack import Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("stack")
CODE = """
import os, sys, threading
from agentcluster.sdk import agent
print("the words before the end", file=sys.stderr, flush=True)
{extra}

@agent(name="coded", version="{version}", capabilities=["test"])
async def run() -> dict[str, int]:
    return {{}}
"""
CRASHES = CODE.format(version="1.2.0", extra="threading.Timer(0.3, os._exit, (7,)).start()")
NEVER = CODE.format(version="1.3.0", extra="raise RuntimeError('no such model')")


@pytest.fixture(autouse=True)
def undeployed(stack: Stack) -> Iterator[None]:
    find_bubblewrap()
    yield
    stack.cli("undeploy", "coded", "--wait")


def said(stack: Stack, *arguments: str) -> Any:
    done = stack.cli(*arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def deploy(stack: Stack, folder: Path, code: str, version: str) -> None:
    (folder / "coded.zip").write_bytes(of_code(code, version=version).data)
    for arguments in (
        ("bundle", "push", str(folder / "coded.zip")),
        ("bundle", "approve", f"coded@{version}"),
        ("deploy", f"coded@{version}", "--replicas", "1"),
    ):
        done = stack.cli(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr


def deployment(stack: Stack, version: str) -> dict[str, Any]:
    found: dict[str, Any]
    (found,) = [row for row in said(stack, "deployments") if (row["agent"], row["version"]) == ("coded", version)]
    return found


def read(stack: Stack, instance: str) -> str:
    done = stack.cli("logs", instance)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_crash_loop_is_seen_and_its_log_outlives_it(stack: Stack, tmp_path: Path) -> None:
    deploy(stack, tmp_path, CRASHES, "1.2.0")
    why = "An instance does not work: Its process is being started again. agent_crashed: it ended"

    def restarting() -> bool:
        row = deployment(stack, "1.2.0")
        states = [slot["state"] for slot in row["slots"]]
        return (row["status"], states) == ("short", ["restarting"]) and row["reason"].startswith(why)

    wait_until(restarting, 30)
    wait_until(lambda: said(stack, "instances", "--agent", "coded")[0]["process"]["restarts"] >= 2, 30)
    (seen,) = said(stack, "agents", "show", "coded")["instances"]
    assert (seen["state"], seen["process"]["reason"]) == (
        "Running",
        "agent_crashed: it ended by itself with exit code 7",
    )
    assert "exit code 7" in " ".join(stack.cli("agents", "show", "coded").stdout.split())
    assert stack.cli("bundle", "quarantine", "coded@1.2.0", "-m", "It crashes").returncode == 0
    wait_until(lambda: not said(stack, "instances", "--agent", "coded"), 30)
    log = read(stack, seen["instance"])
    assert "the words before the end" in log
    assert "ended (agent_crashed): it ended by itself with exit code 7" in log
    followed = stack.cli("logs", seen["instance"], "-f")
    assert (followed.returncode, "has ended" in followed.stderr, "has ended" in followed.stdout) == (0, True, False)
    (kept,) = said(stack, "instances", "--ended", "--agent", "coded")
    assert (kept["instance"], kept["node"], kept["text"]) == (seen["instance"], "local", "stopped")
    assert seen["instance"] in "".join(stack.cli("instances", "--ended", "--node", "local").stdout.split())


def test_what_an_instance_that_never_started_said_can_be_read(stack: Stack, tmp_path: Path) -> None:
    deploy(stack, tmp_path, NEVER, "1.3.0")
    wait_until(lambda: any(slot["trouble"] for slot in deployment(stack, "1.3.0")["slots"]), 30)
    (slot,) = deployment(stack, "1.3.0")["slots"]
    log = read(stack, slot["instance"])
    assert "RuntimeError: no such model" in log
    assert "could not start: " in log
    assert stack.cli("undeploy", "coded@1.3.0", "--wait").returncode == 0
    assert "RuntimeError: no such model" in read(stack, slot["instance"])


def test_an_instance_nobody_ever_heard_of_has_no_log(stack: Stack) -> None:
    for name in ("nobody-1", "bundles", "lock"):
        done = stack.cli("logs", name)
        assert (done.returncode, "no node in sight keeps a log" in " ".join(done.stderr.split())) == (2, True)
    done = stack.cli("instances", "--ended", "--node", "nowhere")
    assert (done.returncode, "There is no node" in done.stderr) == (2, True)
