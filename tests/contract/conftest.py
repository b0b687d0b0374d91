"""An empty Redis and a run log for each test."""

from collections.abc import AsyncIterator, Iterator

import pytest

from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.connections import SyncClient, sync_client
from agentcluster.streams.run_log import RunLog


@pytest.fixture
async def log(redis_url: str) -> AsyncIterator[RunLog]:
    writer = BatchWriter(redis_url)
    yield RunLog(writer)
    await writer.close()


@pytest.fixture
def client(redis_url: str) -> Iterator[SyncClient]:
    client = sync_client(redis_url)
    client.flushdb()
    yield client
    client.close()
