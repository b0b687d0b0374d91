"""A node with test agents, in the test's own process, on real servers."""

from collections.abc import AsyncIterator

import pytest

from agentcluster.messaging import Bus, connect
from agentcluster.streams.batch import BatchWriter
from agents.node.node import Node, profile
from tests.agents.client import Caller
from tests.agents.manifests import LIGHT


@pytest.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    async with await connect(nats_url, "test") as one:
        yield one


@pytest.fixture
async def writer(redis_url: str) -> AsyncIterator[BatchWriter]:
    one = BatchWriter(redis_url)
    yield one
    await one.close()


@pytest.fixture
async def node(bus: Bus, writer: BatchWriter) -> AsyncIterator[Node]:
    one = Node(bus, writer, profile("test"), LIGHT)
    await one.start()
    yield one
    await one.stop(finish_s=0)


@pytest.fixture
async def caller(bus: Bus, node: Node) -> Caller:
    return await Caller.of(bus, node)
