"""Hints: what a worker was given and never got comes to it all the same; what it holds comes once."""

import asyncio

import pytest

from agentcluster.ids import new_id
from agentcluster.streams import keys
from agentcluster.streams import ready as module
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.ready import ReadyStream
from agentcluster.streams.run_log import RunLog

pytestmark = pytest.mark.asyncio


@pytest.fixture
def streams(monkeypatch):
    """Streams of the test's own: others use the same server."""
    names = {priority: f"{stream}:{new_id()}" for priority, stream in keys.READY_BY_PRIORITY.items()}
    monkeypatch.setattr(keys, "READY_BY_PRIORITY", names)
    monkeypatch.setattr(module, "STREAMS", tuple(names.values()))
    monkeypatch.setattr(module, "ASTRAY_MS", 200)
    monkeypatch.setattr(module, "LOOK_S", 0.1)
    return names


@pytest.fixture
async def ready(redis_url, streams):
    writer = BatchWriter(redis_url)
    stream = ReadyStream(redis_url, RunLog(writer), "w1")
    await stream.consumers()
    yield stream
    await stream.close()
    await writer.close()


async def _lose(writer: BatchWriter, stream: str) -> bytes:
    """Have Redis give an entry to the worker in a reply nobody reads."""
    entry_id = await writer.execute("XADD", stream, "*", "r", "lost")
    await writer.execute("XREADGROUP", "GROUP", keys.GROUP, "w1", "COUNT", 1, "STREAMS", stream, ">")
    return entry_id


@pytest.mark.parametrize("priority", ["high", "normal", "low"])
async def test_an_entry_whose_reply_was_lost_comes_all_the_same(redis_url, ready, streams, priority):
    writer = BatchWriter(redis_url)
    entry_id = await _lose(writer, streams[priority])
    await asyncio.sleep(0.3)
    (hint,) = await ready.read(100)
    assert (hint.entry_id, hint.data, hint.stream) == (entry_id, b"lost", streams[priority])
    ready.done(hint)
    await ready.flush()
    assert await writer.execute("XLEN", streams[priority]) == 0
    await writer.close()


async def test_what_the_worker_holds_does_not_come_again(redis_url, ready, streams):
    await ready.add(b"held")
    (held,) = await ready.read(100)
    await asyncio.sleep(0.4)
    await ready.add(b"next")
    (following,) = await ready.read(100)
    assert (held.data, following.data) == (b"held", b"next")


async def test_what_the_worker_has_let_go_comes_again_while_it_is_still_its_own(redis_url, ready, streams):
    await ready.add(b"left")
    (hint,) = await ready.read(100)
    ready.let_go(hint)
    await asyncio.sleep(0.4)
    assert [again.entry_id for again in await ready.read(100)] == [hint.entry_id]


async def test_what_another_took_does_not_come_again(redis_url, ready, streams):
    writer = BatchWriter(redis_url)
    await ready.add(b"taken")
    (hint,) = await ready.read(100)
    await writer.execute("XCLAIM", streams["normal"], keys.GROUP, "w2", 0, hint.entry_id)
    ready.let_go(hint)
    await asyncio.sleep(0.4)
    await ready.add(b"next")
    assert [each.data for each in await ready.read(100)] == [b"next"]
    await writer.close()
