"""Instances that come and go on a node: whatever goes wrong with one, nothing of it stays."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agentcluster.messaging import Bus, BusUnavailableError, connect
from agentcluster.streams.batch import BatchWriter
from agents.domain.manifest import identity
from agents.node.call import Call, Outcome
from agents.node.hosted import HostedAgent
from agents.node.node import Node, profile
from tests.agents.manifests import manifest


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
