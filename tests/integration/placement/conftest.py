"""A fleet of nodes on a NATS of its own, so that a test may restart it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from agentcluster.messaging import connect
from tests.conftest import Server, start_nats
from tests.integration.placement.fleet import Fleet


@pytest.fixture
def own_nats(tmp_path: Path) -> Iterator[Server]:
    server = start_nats(tmp_path / "nats")
    yield server
    server.kill()


@pytest.fixture
async def fleet(own_nats: Server, redis_url: str) -> AsyncIterator[Fleet]:
    async with await connect(own_nats.url, "test") as bus:
        one = Fleet(own_nats.url, redis_url, bus)
        yield one
        await one.close()
