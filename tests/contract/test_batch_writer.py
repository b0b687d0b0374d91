"""Many callers, one pipeline: replies find their callers, errors stay with theirs, a lost server is a clear error."""

import asyncio
from pathlib import Path

import pytest

from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.errors import CommandError, StreamsUnavailableError
from tests.conftest import start_valkey


async def test_replies_find_their_callers_and_errors_stay_with_theirs(redis_url: str) -> None:
    writer = BatchWriter(redis_url)
    await writer.execute("SET", "batch:text", "not a number")
    replies = await asyncio.gather(
        *(writer.execute("INCR", f"batch:{index % 10}") for index in range(3000)),
        writer.execute("INCR", "batch:text"),
        return_exceptions=True,
    )
    assert sorted(replies[:-1]) == sorted(list(range(1, 301)) * 10)
    assert isinstance(replies[-1], CommandError)
    await writer.close()
    with pytest.raises(StreamsUnavailableError):
        await writer.execute("PING")


async def test_a_restarted_server_costs_an_error_and_nothing_more(tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    writer = BatchWriter(server.url)
    assert await writer.execute("SET", "kept", "1") == b"OK"
    server.kill()
    with pytest.raises(StreamsUnavailableError):
        await writer.execute("GET", "kept")
    server.start()
    assert await writer.execute("GET", "kept") == b"1"
    await writer.close()
    server.stop()
