"""Concurrency limits: never more inside than may be, nobody forgotten, each place given on exactly once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import msgspec
import pytest

from agentcluster.ids import new_id
from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.connections import SyncClient, sync_client
from agentcluster.streams.entries import entry_hash
from agentcluster.streams.errors import FencedError
from agentcluster.streams.gate import Entry, digest, enter, sweep
from agentcluster.streams.run_log import RunLog

GATE = keys.gate("wf", "d")


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


async def come(log: RunLog, *, run: str = "", limit: int = 1, priority: str = "normal", full: str = "queue") -> Any:
    run = run or new_id()
    await log.claim(run, "w1", first=[b"one"])
    return run, await enter(log, GATE, run, 1, limit=limit, priority=priority, full=full)


async def end(log: RunLog, run: str) -> None:
    await log.append(run, 1, 1, (entry_hash(b"one"), entry_hash(b"end")), [b"end"], terminal="run_completed")


def inside(client: SyncClient) -> list[str]:
    return [member.decode() for member in client.zrangebyscore(GATE, "-inf", "(0")]


def told(client: SyncClient, run: str) -> list[str]:
    return [msgspec.json.decode(fields[b"c"])["command"] for _, fields in client.xrange(keys.inbox(run))]


async def test_a_place_goes_to_the_next_by_priority_then_arrival(log: RunLog, client: SyncClient) -> None:
    first, entry = await come(log)
    assert entry is Entry.INSIDE
    order = []
    for priority in ("low", "normal", "high", "normal"):
        run, entry = await come(log, priority=priority)
        assert entry is Entry.WAITING
        order.append(run)
        await asyncio.sleep(0.002)  # arrival counts by the millisecond
    low, normal, high, later = order
    for ended, admitted in ((first, high), (high, normal), (normal, later), (later, low)):
        await end(log, ended)
        assert inside(client) == [admitted]
        assert told(client, admitted) == ["admit"]
    await end(log, low)
    assert client.exists(GATE, keys.GATES) == 0


async def test_asking_again_changes_nothing(log: RunLog, client: SyncClient) -> None:
    first, _ = await come(log)
    second, _ = await come(log)
    for run, entry in ((first, Entry.INSIDE), (second, Entry.WAITING)) * 2:
        assert await enter(log, GATE, run, 1, limit=1, priority="normal", full="queue") is entry
    await end(log, first)
    assert await enter(log, GATE, second, 1, limit=1, priority="normal", full="queue") is Entry.INSIDE
    with pytest.raises(FencedError):
        await enter(log, GATE, second, 9, limit=1, priority="normal", full="queue")


async def test_a_full_gate_refuses_where_it_is_told_to(log: RunLog, client: SyncClient) -> None:
    await come(log, limit=2, full="reject")
    await come(log, limit=2, full="reject")
    refused, entry = await come(log, limit=2, full="reject")
    assert entry is Entry.REFUSED
    await end(log, refused)
    assert client.zcard(GATE) == 2, "a run that was refused has no place to give back"


async def test_a_newer_run_takes_the_place_of_the_oldest(log: RunLog, client: SyncClient) -> None:
    first, _ = await come(log, full="replace")
    second, entry = await come(log, full="replace")
    assert (entry, told(client, first), told(client, second)) == (Entry.WAITING, ["cancel"], [])
    third, entry = await come(log, full="replace")
    assert (told(client, first), told(client, second)) == (["cancel"], ["cancel"]), "only the newest is still wanted"
    await end(log, first)
    assert inside(client) == [third]
    await end(log, second)
    assert inside(client) == [third]
    assert told(client, third) == ["admit"]


async def test_a_raised_limit_lets_those_in_who_wait(log: RunLog, client: SyncClient) -> None:
    earlier = [(await come(log, limit=1))[0] for _ in range(3)]
    newest, entry = await come(log, limit=3)
    assert (entry, {*inside(client)}) == (Entry.WAITING, {*earlier}), "those who came before go first"
    await end(log, earlier[1])
    assert newest in inside(client)


async def test_runs_that_are_gone_are_swept_out(log: RunLog, client: SyncClient) -> None:
    first, _ = await come(log, limit=1)
    second, _ = await come(log, limit=1)
    assert await sweep(log) == 0
    client.delete(keys.meta(first))
    assert await sweep(log) == 1
    assert inside(client) == [second]
    client.hset(keys.meta(second), "status", "run_failed")
    assert await sweep(log) == 1
    assert client.exists(GATE, keys.GATES) == 0


async def test_there_are_never_more_inside_than_may_be(log: RunLog, client: SyncClient) -> None:
    most = 0

    async def live() -> None:
        nonlocal most
        run, entry = await come(log, limit=3)
        while entry is Entry.WAITING:
            await asyncio.sleep(0.001)
            entry = await enter(log, GATE, run, 1, limit=3, priority="normal", full="queue")
        most = max(most, len(inside(client)))
        await end(log, run)

    await asyncio.gather(*(live() for _ in range(200)))
    assert most <= 3
    assert client.exists(GATE) == 0


def test_equal_keys_share_a_gate() -> None:
    assert digest({"a": 1, "b": [2]}) == digest({"b": [2], "a": 1}) != digest({"a": 1})
