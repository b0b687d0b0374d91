"""A node through restarts of NATS and Redis, and its own end by SIGTERM and SIGKILL."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from agentcluster.messaging import connect
from agentcluster.streams.batch import BatchWriter
from agentcluster.up.config import PROJECT
from agents.cluster.view import ClusterView
from agents.domain.health import Health
from agents.node.node import Node, profile
from tests.agents.client import Caller
from tests.agents.manifests import LIGHT
from tests.conftest import start_nats, start_valkey
from tests.environment import HOME
from tests.waiting import until


@pytest.fixture
def own_nats(tmp_path):
    server = start_nats(tmp_path / "nats")
    yield server
    server.kill()


@pytest.fixture
def own_valkey(tmp_path):
    server = start_valkey(tmp_path / "valkey")
    yield server
    server.kill()


async def test_a_call_survives_a_restart_of_nats(own_nats, writer, tmp_path):
    async with await connect(own_nats.url, "node") as bus:
        node = Node(bus, writer, profile("steady"), LIGHT)
        await node.start()
        caller = await Caller.of(bus, node)
        call_id = caller.send("counted", {"seconds": 1.5, "trace": str(tmp_path / "t")})
        await until((tmp_path / "t").exists)
        own_nats.kill()
        await until(lambda: not bus.connected)
        await asyncio.sleep(1.5)
        own_nats.start()
        await until(lambda: bus.connected)
        caller.control("counted", "ask", call_id)
        assert (await caller.final(call_id)).output == {"count": 1}
        await node.stop(finish_s=0)


async def test_a_result_waits_for_redis_and_is_not_lost(own_valkey, bus, tmp_path):
    writer = BatchWriter(own_valkey.url, timeout_s=1)
    node = Node(bus, writer, profile("steady"), LIGHT)
    await node.start()
    caller = await Caller.of(bus, node)
    call_id = caller.send("counted", {"seconds": 0.5, "trace": str(tmp_path / "t")})
    await until((tmp_path / "t").exists)
    own_valkey.kill()
    late = caller.send("counted", {"trace": str(tmp_path / "u")})
    await asyncio.sleep(6)
    assert {reply.status for reply in caller.replies} == {"running"}
    own_valkey.start()
    assert (await caller.final(call_id)).output == {"count": 1}
    assert (await caller.final(late)).output == {"count": 1}
    caller.replies.clear()
    assert (await caller.call("counted", {"trace": str(tmp_path / "t")}, call_id)).output == {"count": 1}
    await node.stop(finish_s=0)
    await writer.close()


class NodeProcess:
    """``manage.py runnode`` as an operator starts it."""

    def __init__(self, nats_url: str, redis_url: str, *options: str) -> None:
        environment = {**os.environ, "NATS_URL": nats_url, "REDIS_URL": redis_url, "AGENTCLUSTER_HOME": str(HOME)}
        command = [sys.executable, "manage.py", "runnode", "--name", "process", *options]
        if options[:1] == ("init",):
            command = [str(PROJECT / "bin" / "agent-coordinator"), *options]
        self.process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)

    def finish(self, number: int) -> tuple[int, str]:
        self.process.send_signal(number)
        _, log = self.process.communicate(timeout=30)
        return self.process.returncode, log


INIT = ("init", "--name", "planner-node", "--role", "orchestrator", "--memory-limit", "4Gi", "--toolset")


async def test_the_command_line_starts_a_node_and_says_what_of_its_toolset_is_not_built_in(own_nats, redis_url):
    async with await connect(own_nats.url, "observer") as bus:
        view = ClusterView(bus)
        await view.start()
        node = NodeProcess(own_nats.url, redis_url, *INIT, "word-count, file-reader, http-client")
        await until(view.nodes, 30)
        (status,) = view.nodes()
        code, log = await asyncio.to_thread(node.finish, signal.SIGTERM)
        await view.stop()
    assert code == 0, log
    assert (status.name, status.role, status.toolset) == (
        "planner-node",
        "orchestrator",
        ("word-count", "file-reader", "http-client"),
    )
    assert {agent.name for agent in status.agents} == {"file-reader", "http-client"}
    assert log.count("not built in: word-count;") == 1


async def test_a_toolset_of_bundles_hosts_nothing_until_they_are_deployed(own_nats, redis_url):
    async with await connect(own_nats.url, "observer") as bus:
        view = ClusterView(bus)
        await view.start()
        node = NodeProcess(own_nats.url, redis_url, *INIT, "word-count")
        await until(view.nodes, 30)
        (status,) = view.nodes()
        code, log = await asyncio.to_thread(node.finish, signal.SIGTERM)
        await view.stop()
    assert (code, status.toolset, status.agents) == (0, ("word-count",), ()), log


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ((*INIT, "file-reader, Cobol exec"), "“Cobol exec” is no agent's name."),
        (("init", "--name", "a", "--memory-limit", "4 GB"), "a whole number with Ki, Mi or Gi, such as 4Gi"),
        (("init", "--name", "a", "--memory-limit", "1Mi"), "at least 256Mi"),
        (("init", "--name", "No_Name"), "lower-case letters"),
    ],
)
async def test_options_that_make_no_sense_are_refused_with_a_sentence(redis_url, options, sentence):
    node = NodeProcess("nats://127.0.0.1:1", redis_url, *options)
    _, log = await asyncio.to_thread(node.process.communicate, None, 30)
    assert (node.process.returncode, sentence in " ".join(log.split())) == (2, True), log
    assert "Traceback" not in log


async def test_sigterm_signs_off_and_sigkill_is_noticed(own_nats, redis_url):
    async with await connect(own_nats.url, "observer") as bus:
        view = ClusterView(bus)
        await view.start()
        polite = NodeProcess(own_nats.url, redis_url, "--agents", "bench-noop", "--region", "eu-west")
        await until(lambda: view.instances_of("bench-noop"), 30)
        (status,) = view.nodes()
        assert (status.name, status.region, status.pid) == ("process", "eu-west", polite.process.pid)
        code, log = await asyncio.to_thread(polite.finish, signal.SIGTERM)
        assert code == 0, log
        assert "has stopped" in log
        await until(lambda: not view.nodes())

        victim = NodeProcess(own_nats.url, redis_url, "--agents", "bench-noop")
        await until(lambda: view.instances_of("bench-noop"), 30)
        (status,) = view.nodes()
        await asyncio.to_thread(victim.finish, signal.SIGKILL)
        await until(lambda: view.health(status.node_id) is Health.UNREACHABLE)
        assert view.instances_of("bench-noop") == []
        await until(lambda: view.health(status.node_id) is Health.FAILED)
        await view.stop()


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--agents", "no-such"], "There is no built-in agent 'no-such'"),
        (["--agents", ","], "at least one agent"),
        (["--name", "Not.Good"], "lower-case letters"),
        (["--max-concurrency", "0"], "at least 1"),
    ],
)
def test_an_option_that_makes_no_sense_ends_with_a_sentence(options, sentence, nats_url, redis_url):
    node = NodeProcess(nats_url, redis_url, *options)
    _, log = node.process.communicate(timeout=30)
    assert node.process.returncode == 2
    assert sentence in log
    assert "Traceback" not in log


def test_a_node_that_waits_for_nats_can_be_stopped(redis_url):
    node = NodeProcess("nats://user:secret@127.0.0.1:1", redis_url, "--agents", "bench-noop")
    assert "Connection refused" in node.process.stderr.readline()
    code, log = node.finish(signal.SIGTERM)
    assert code == 0
    assert "secret" not in log
