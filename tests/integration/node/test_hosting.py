"""Instances that come and go on a node: whatever goes wrong with one, nothing of it stays."""

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest

from agentcluster import subjects
from agentcluster.messaging import Bus, BusUnavailableError, connect
from agentcluster.streams.batch import BatchWriter
from agents.cluster.protocol import REQUESTS
from agents.cluster.view import ClusterView
from agents.domain.calls import CallReply, CallRequest
from agents.domain.manifest import identity
from agents.node.call import Call, Outcome
from agents.node.hosted import HostedAgent, SameVersionError, host_each
from agents.node.node import Node, profile
from tests.agents.client import Caller
from tests.agents.manifests import manifest
from tests.waiting import until

ECHO = manifest("echo")
NEWER = msgspec.structs.replace(ECHO, version="2.0.0", entry_point="tests.agents.functions:strict")
"""The next version of the agent ``echo``, which answers with a count."""


class Troubled:
    """A runner during whose start NATS goes, or that cannot be ended."""

    def __init__(self, bus: Bus | None = None) -> None:
        self.bus = bus

    async def start(self) -> None:
        if self.bus is not None:
            await self.bus.close()

    async def run(self, call: Call) -> Outcome:
        raise AssertionError("no call was made")

    async def stop(self, grace_s: float) -> None:
        raise OSError("the folder cannot be removed")


@pytest.fixture
async def own_bus(nats_url: str) -> AsyncIterator[Bus]:
    one = await connect(nats_url, "hosting")
    yield one
    await one.close()


@pytest.fixture
async def host(own_bus: Bus, writer: BatchWriter) -> AsyncIterator[Node]:
    node = Node(own_bus, writer, profile("host"), (), guests=True)
    yield node
    await node.stop(0)


def hosted(runner: Troubled, instance: str = "echo-1") -> HostedAgent:
    about = manifest("echo")
    return HostedAgent(about, instance, identity(about), None, runner=runner)


async def test_of_an_instance_that_nats_left_while_it_started_nothing_stays(own_bus: Bus, host: Node) -> None:
    first = hosted(Troubled(own_bus))
    with pytest.raises(BusUnavailableError):
        await host.hosting.add(first)
    await host.hosting.remove(first, 0)
    assert host.agents == []
    second = hosted(Troubled())
    with pytest.raises(BusUnavailableError):
        await host.hosting.add(second)
    await host.hosting.remove(second, 0)
    assert host.agents == []


async def test_an_instance_that_cannot_be_ended_in_good_order_goes_all_the_same(host: Node) -> None:
    await host.hosting.add(hosted(Troubled()))
    await host.hosting.remove_all(0)
    assert host.agents == []


async def test_a_restart_that_was_under_way_brings_nothing_back_to_a_node_that_stops(
    own_bus: Bus, writer: BatchWriter
) -> None:
    node = Node(own_bus, writer, profile("own"), (manifest("echo"),))
    await node.start()
    (first,) = node.agents
    node.control._restart(first)
    await node.stop(0)
    await asyncio.gather(*node.control._tasks, return_exceptions=True)
    assert node.agents == []


async def test_a_restart_that_fails_is_told_and_leaves_nothing_behind(
    own_bus: Bus, writer: BatchWriter, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    node = Node(own_bus, writer, profile("own"), (manifest("echo"),))
    await node.start()
    (first,) = node.agents
    monkeypatch.setattr(node.control, "_again", lambda hosted: hosted_as(Troubled(own_bus), hosted))
    node.control._restart(first)
    await asyncio.gather(*node.control._tasks, return_exceptions=True)
    assert node.agents == []
    assert "could not be restarted" in caplog.text
    await node.stop(0)


def hosted_as(runner: Troubled, like: HostedAgent) -> HostedAgent:
    return HostedAgent(like.manifest, f"{like.instance}-again", like.identity, None, runner=runner)


async def ask(caller: Caller, instance: str, version: str, call_id: str) -> CallReply:
    request = CallRequest(call_id, call_id, "echo", version, {"n": 1})
    caller.bus.send(subjects.invoke(instance), REQUESTS.encode(request, caller.trace_id), f"{caller.inbox}.v")
    return await caller.final(call_id)


async def test_a_node_that_is_given_two_versions_of_an_agent_hosts_both(own_bus: Bus, writer: BatchWriter) -> None:
    node = Node(own_bus, writer, profile("both"), (ECHO, NEWER, ECHO))
    await node.start()
    view = ClusterView(own_bus)
    await view.start()
    caller = await Caller.of(own_bus, node)

    def seen(version: str) -> list[str]:
        found = [each.instance for each in view.instances_of("echo", version)]
        return [instance for instance in found if instance.endswith(node.profile.node_id)]

    await until(lambda: len(seen("1.2.0")) == len(seen("2.0.0")) == 1)
    for number in range(3):
        older = await ask(caller, seen("1.2.0")[0], "1.2.0", f"run/older/{number}")
        newer = await ask(caller, seen("2.0.0")[0], "2.0.0", f"run/newer/{number}")
        assert older.error is newer.error is None
        assert (older.output["input"], newer.output) == ({"n": 1}, {"count": 1})
    (restarted,) = [hosted for hosted in node.agents if hosted.manifest.version == "2.0.0"]
    node.control._restart(restarted)
    await asyncio.gather(*node.control._tasks)
    assert (await ask(caller, restarted.instance, "2.0.0", "run/newer/again")).status == "ok"
    assert (await ask(caller, seen("1.2.0")[0], "1.2.0", "run/older/again")).status == "ok"
    await view.stop()
    await node.stop(0)


def test_two_contents_of_one_version_are_refused() -> None:
    other = msgspec.structs.replace(NEWER, version=ECHO.version)
    with pytest.raises(SameVersionError, match=r"2 different manifests say that they are echo 1\.2\.0"):
        host_each((ECHO, other), "node-1")


async def test_a_call_is_given_back_with_what_stops(own_bus: Bus, writer: BatchWriter) -> None:
    node = Node(own_bus, writer, profile("gives-back"), (manifest("sleeper", concurrency=1), ECHO))
    await node.start()
    caller = await Caller.of(own_bus, node)
    at_work, waiting = (caller.send("sleeper", {"seconds": 30}) for _ in range(2))
    await until(lambda: len(node.service.calls) == 2 and bool(node.service.admission.busy))
    await node.hosting.remove(node.agents[0], 0)
    for call_id in (at_work, waiting):
        error = (await caller.final(call_id)).error
        assert error is not None
        assert (error.code, error.retryable) == ("unavailable", True)
        assert error.message.startswith("This instance is stopping")
    node.service.hand_back()
    error = (await caller.call("echo", {})).error
    assert error is not None
    assert error.message.startswith("The node is stopping")
    await node.stop(0)
