"""The example agent in Node.js, for real: beside a whole installation, over gRPC and over a WebSocket."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import connect

from agentcluster.up.config import PROJECT
from deploy.frontend import find_npm
from tests.integration.kinds.graphs import end, line, node
from tests.integration.kinds.rest import Rest
from tests.stack import Stack
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("gateway-stack")

EXAMPLE = PROJECT / "examples" / "agent-node"
INSTALLED = PROJECT / ".toolchain" / "agent-node"
OVER_GRPC, OVER_WEBSOCKET = (), ("--websocket",)
WIRES = pytest.mark.parametrize("wire", [OVER_GRPC, OVER_WEBSOCKET], ids=["grpc", "websocket"])


@pytest.fixture(scope="module")
def example() -> Path:
    """The example with its locked packages, installed once."""
    npm = find_npm()
    wanted = hashlib.sha256((EXAMPLE / "package-lock.json").read_bytes()).hexdigest()
    stamp = INSTALLED / ".installed-from"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(INSTALLED, ignore_errors=True)
        INSTALLED.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copy(EXAMPLE / name, INSTALLED / name)
        subprocess.run([*npm, "install", "--no-save", "--loglevel=error"], cwd=INSTALLED, check=True)
        stamp.write_text(wanted)
    for name in ("src", "browser"):
        shutil.copytree(EXAMPLE / name, INSTALLED / name, dirs_exist_ok=True)
    return INSTALLED


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with Stack(also=("gateway",), environment={"GATEWAY_RESUME_S": "1"}) as one:
        yield one


@pytest.fixture(scope="module")
def rest(stack: Stack) -> Iterator[Rest]:
    with stack.api() as api:
        yield Rest(api)


class Process:
    """The example agent as somebody starts it."""

    def __init__(self, stack: Stack, example: Path, wire: tuple[str, ...], token: str) -> None:
        self.log = stack.home / f"agent-{time.monotonic_ns()}.log"
        flags = ["--experimental-websocket"] if wire else []
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["node", *flags, "src/agent.js", *wire],
                cwd=example,
                env=environment(stack, token),
                stdout=log,
                stderr=log,
            )

    def said(self) -> str:
        return self.log.read_text()

    def until(self, text: str, timeout_s: float = 20) -> None:
        wait_until(lambda: text in self.said() or self.process.poll() is not None, timeout_s)
        assert text in self.said(), self.said()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def leave(self) -> int:
        self.process.terminate()
        return self.process.wait(timeout=20)


def environment(stack: Stack, token: str) -> dict[str, str]:
    return {
        **os.environ,
        "AGENTCLUSTER_TOKEN": token,
        "AGENTCLUSTER_GRPC": f"127.0.0.1:{stack.config.grpc_port}",
        "AGENTCLUSTER_WS": f"ws://127.0.0.1:{stack.config.ws_port}/gateway/ws",
        "AGENTCLUSTER_PROTO": str(PROJECT / "proto" / "agentcluster" / "v1" / "agent_service.proto"),
    }


@pytest.fixture
def begin(stack: Stack, example: Path, rest: Rest) -> Iterator[Callable[..., Process]]:
    token, begun = stack.token(), []

    def start(wire: tuple[str, ...] = OVER_GRPC) -> Process:
        one = Process(stack, example, wire, token)
        begun.append(one)
        one.until("joined as")
        wait_until(lambda: live(rest), 20)
        return one

    yield start
    for one in begun:
        if one.process.poll() is None:
            one.kill()
    wait_until(lambda: not live(rest), 20)


def live(rest: Rest) -> int:
    answer = rest.client.get("agents/word-count")
    return answer.json()["live_instances"] if answer.status_code == 200 else 0


def count_words(**settings: Any) -> dict[str, Any]:
    given = {"text": "${ input.text }", "delay_ms": "${ input.delay_ms }"}
    step = node("agent", "count", agent="word-count", input=given, **settings)
    return line(step, end(words="${ steps.count.words }"))


@WIRES
def test_a_workflow_calls_the_example(wire: tuple[str, ...], begin: Callable[..., Process], rest: Rest) -> None:
    agent = begin(wire)
    run = rest.run(count_words(), {"text": "to be or not to be", "delay_ms": 0})
    assert run.completed() == {"words": 6}
    started = run.seen("step_started", step="count")
    assert started["agent"] == "word-count"
    assert f"call {started['call_id']}" in agent.said()
    failed = rest.run(count_words(), {"text": "...", "delay_ms": 0}).failed()
    assert failed["code"] == "no_words"
    assert agent.leave() == 0


@WIRES
def test_killed_in_mid_call_the_step_goes_to_the_next_one(
    wire: tuple[str, ...], begin: Callable[..., Process], rest: Rest
) -> None:
    agent = begin(wire)
    policy = {"attempts": 5, "initial_s": 0.2}
    run = rest.run(count_words(retry=policy), {"text": "one two three", "delay_ms": 1500})
    agent.until("call ")
    began = time.monotonic()
    agent.kill()
    failed = run.seen("step_failed", step="count")
    assert failed["error"]["code"] == "agent_disconnected"
    assert time.monotonic() - began < 10
    begin(wire)
    assert run.completed(60) == {"words": 3}


@WIRES
def test_a_gateway_that_is_killed_comes_back_and_so_do_its_agents(
    wire: tuple[str, ...], stack: Stack, begin: Callable[..., Process], rest: Rest
) -> None:
    agent = begin(wire)
    run = rest.run(count_words(retry={"attempts": 5, "initial_s": 0.2}), {"text": "one two", "delay_ms": 2000})
    agent.until("call ")
    stack.kill("gateway")
    agent.until("joining again")
    stack.start_process("gateway")
    wait_until(lambda: agent.said().count("joined as") == 2, 30)
    if wire:
        run.tell("terminate")
    else:
        assert run.completed(60) == {"words": 2}


def test_a_task_with_the_same_call_id_runs_once(stack: Stack, example: Path, begin: Callable[..., Process]) -> None:
    agent = begin()
    token, answers = stack.token(), []
    for _ in range(3):
        done = subprocess.run(
            ["node", "src/task.js", "the cat and the dog", "count-once"],
            cwd=example,
            env=environment(stack, token),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        answers.append(json.loads(done.stdout)["output"])
    assert (
        answers
        == [
            {"words": 5, "top": [{"word": "the", "count": 2}, {"word": "and", "count": 1}, {"word": "cat", "count": 1}]}
        ]
        * 3
    )
    assert agent.said().count("count-once") == 1


def test_who_has_no_grant_is_told_and_who_gets_one_joins(stack: Stack, example: Path) -> None:
    stack.manage("shell", "-c", "from django.contrib.auth.models import User; User.objects.create_user('edge')")
    token = stack.token("edge")
    refused = Process(stack, example, OVER_WEBSOCKET, token)
    assert refused.process.wait(timeout=20) == 1
    assert "no_grant" in refused.said()
    granted = stack.cli("gateway", "grant", "edge", "word-count", "--join", "--json")
    assert json.loads(granted.stdout) == {"user": "edge", "agent": "word-count", "rights": ["join"]}
    assert "edge  word-count  join" in stack.cli("gateway", "grants").stdout
    joined = Process(stack, example, OVER_WEBSOCKET, token)
    joined.until("joined as")
    assert stack.cli("gateway", "revoke", "edge", "word-count").returncode == 0
    joined.until("access_ended")
    assert joined.process.wait(timeout=20) == 1
    for arguments in (("grant", "edge", "Bad Name", "--join"), ("grant", "edge", "x"), ("revoke", "edge", "x")):
        assert stack.cli("gateway", *arguments).returncode == 2


def test_an_agent_registered_on_the_command_line_is_served_by_whoever_joins(stack: Stack, rest: Rest) -> None:
    registered = stack.cli(
        "register", "--id", "data-analyzer-v2", "--capabilities", "csv-parse, pandas-exec, plotly-render",
        "--intent-schema", '{"input":"string","output_format":"json|png"}', "--json",
    )  # fmt: skip
    assert registered.returncode == 0, registered.stderr
    name = json.loads(registered.stdout)["name"]
    url = f"ws://127.0.0.1:{stack.config.ws_port}/gateway/ws"
    with connect(url, additional_headers={"Authorization": f"Bearer {stack.token()}"}) as socket:
        socket.send(json.dumps({"type": "hello", "agent": name}))
        welcome = json.loads(socket.recv(timeout=10))
        assert (welcome["type"], welcome["agent"]) == ("welcome", name)
        assert "pandas-exec" in welcome["manifest"]["capabilities"]
        wait_until(lambda: rest.get(f"agents/{name}")["live_instances"] == 1, 20)
        socket.send('{"type": "goodbye"}')
