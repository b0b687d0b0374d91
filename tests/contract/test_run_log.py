"""The run log: one owner, no gaps, no repeats, nothing after the end; and a lost connection doubles nothing."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentcluster.ids import new_id
from agentcluster.streams import blocking
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.check import check_server
from agentcluster.streams.connections import sync_client
from agentcluster.streams.entries import entry_hash
from agentcluster.streams.errors import ClosedError, FencedError, SequenceError, UnsafeServerError
from agentcluster.streams.inbox import send_commands
from agentcluster.streams.run_log import RunLog
from agentcluster.up import embedded
from tests.conftest import Server, start_valkey


async def append(
    log: RunLog, run: str, epoch: int, seq: int, head: str, entries: list[bytes], terminal: str = ""
) -> str:
    """Append after the entry with hash ``head``; return the new head."""
    await log.append(run, epoch, seq, (head, entry_hash(entries[-1])), entries, terminal=terminal)
    return entry_hash(entries[-1])


@pytest.fixture
async def log(redis_url: str) -> AsyncIterator[RunLog]:
    writer = BatchWriter(redis_url)
    yield RunLog(writer)
    await writer.close()


async def test_claiming_an_empty_run_writes_its_first_entries_at_once(log: RunLog) -> None:
    run = new_id()
    claim = await log.claim(run, "w1", first=[b"one", b"two"])
    assert (claim.granted, claim.written, claim.epoch, claim.seq) == (True, True, 1, 2)
    assert claim.head == entry_hash(b"two")
    assert [(entry.seq, entry.data) for entry in await log.read(run)] == [(1, b"one"), (2, b"two")]


async def test_a_run_with_a_living_owner_is_not_given_away(log: RunLog) -> None:
    run = new_id()
    await log.claim(run, "w1", first=[b"one"])
    refused = await log.claim(run, "w2", first=[b"other"])
    assert (refused.granted, refused.previous, refused.epoch) == (False, "w1", 1)
    taken = await log.claim(run, "w2", dead=["w0", "w1"], first=[b"other"])
    assert (taken.granted, taken.written, taken.epoch, taken.seq, taken.previous) == (True, False, 2, 1, "w1")


async def test_a_stale_owner_a_gap_and_a_repeat_are_refused(log: RunLog) -> None:
    run = new_id()
    first = await log.claim(run, "w1", first=[b"one"])
    with pytest.raises(SequenceError):
        await append(log, run, 1, 5, first.head, [b"gap"])
    with pytest.raises(SequenceError):
        await append(log, run, 1, 1, "another history", [b"two"])
    head = await append(log, run, 1, 1, first.head, [b"two"])
    assert await append(log, run, 1, 1, first.head, [b"two"]) == head, "the same append again is recognised as done"
    with pytest.raises(SequenceError):
        await append(log, run, 1, 1, first.head, [b"not two"])
    await log.claim(run, "w2", dead=["w1"])
    with pytest.raises(FencedError):
        await append(log, run, 1, 2, head, [b"three"])
    assert [entry.data for entry in await log.read(run)] == [b"one", b"two"]


async def test_nothing_follows_the_terminal_event(log: RunLog, redis_url: str) -> None:
    run = new_id()
    claim = await log.claim(run, "w1", first=[b"one"])
    client = sync_client(redis_url)
    send_commands(client, [(run, b"{}")])
    head = await append(log, run, 1, 1, claim.head, [b"end"], terminal="run_completed")
    with pytest.raises(ClosedError):
        await append(log, run, 1, 2, head, [b"more"])
    again = await log.claim(run, "w2", dead=["w1"])
    assert (again.granted, again.terminal, again.status) == (False, True, "run_completed")
    assert client.exists(f"run:{{{run}}}:inbox") == 0
    client.close()


async def test_a_released_run_is_free_and_its_inbox_is_counted(log: RunLog, redis_url: str) -> None:
    run = new_id()
    await log.claim(run, "w7", first=[b"one"])
    client = sync_client(redis_url)
    send_commands(client, [(run, b'{"command": "cancel"}')])
    assert client.xlen("worker:w7:wake") == 1
    assert await log.release(run, 1)
    assert not await log.release(run, 7)
    claim = await log.claim(run, "w2")
    assert (claim.granted, claim.inbox, claim.previous) == (True, 1, "")
    assert blocking.read_metas(client, [run, "unknown"])[0] == blocking.Meta(2, "w2", 1, entry_hash(b"one"), "open")
    assert blocking.read_metas(client, ["unknown"]) == [None]
    assert [entry.data for entry in blocking.iterate_log(client, run)] == [b"one"]
    client.close()


async def test_a_killed_server_neither_loses_nor_doubles_appends(tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    writer = BatchWriter(server.url)
    log = RunLog(writer)
    runs = [new_id() for _ in range(20)]

    async def drive(run: str) -> None:
        claim = await log.claim(run, "w1", first=[b"1"])
        head = claim.head
        for seq in range(claim.seq, 200):
            head = await append(log, run, 1, seq, head, [str(seq + 1).encode()])

    async def kill() -> None:
        for _ in range(3):
            await asyncio.sleep(0.15)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)

    await asyncio.gather(kill(), *(drive(run) for run in runs))
    for run in runs:
        entries = await log.read(run)
        assert [int(entry.data) for entry in entries] == [entry.seq for entry in entries] == list(range(1, 201))
    await writer.close()
    server.stop()


def test_a_server_that_forgets_or_evicts_is_refused(tmp_path: Path, redis_url: str) -> None:
    check_server(redis_url)
    port = embedded.free_port()
    url = f"redis://127.0.0.1:{port}/0"
    command = embedded.valkey_command(tmp_path, port)
    server = Server([*command, "--appendonly", "no"], port, url)
    with pytest.raises(UnsafeServerError, match="--appendonly yes"):
        check_server(url)
    server.stop()
    server = Server([*command, "--maxmemory-policy", "allkeys-lru"], port, url)
    with pytest.raises(UnsafeServerError, match="noeviction"):
        check_server(url)
    server.stop()
