"""Real sandboxes around real processes, on a node with real servers."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
import uvloop

from agentcluster.messaging import Bus, connect
from agentcluster.streams.batch import BatchWriter
from agents.node.node import Node, profile
from agents.node.sandbox import support
from tests.sandbox.bubblewrap import find_bubblewrap
from tests.sandbox.host import Host


@pytest.fixture(scope="session", autouse=True)
def bubblewrap() -> str:
    path = find_bubblewrap()
    support.check.cache_clear()
    assert support.check() == (True, "")
    return path


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Nodes run on uvloop, which treats pipes and processes in its own way."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    async with await connect(nats_url, "test") as one:
        yield one


@pytest.fixture
async def host(bus: Bus, redis_url: str, tmp_path: Path) -> AsyncIterator[Host]:
    writer = BatchWriter(redis_url)
    node = Node(bus, writer, profile("test"), (), guests=True)
    await node.start()
    os.chmod(tmp_path, 0o755)
    one = await Host.of(bus, node, tmp_path)
    yield one
    await one.close()
    await writer.close()
