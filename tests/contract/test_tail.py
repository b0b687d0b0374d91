"""Following logs: what is there, what comes, many at once, and nobody's slowness costs memory."""

import asyncio
from pathlib import Path

from agentcluster.ids import new_id
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.tail import MAX_ENTRIES, Tail
from tests.conftest import start_valkey
from tests.contract.test_run_log import append


async def _collect(tail: Tail, run: str, after: int, until: int) -> list[int]:
    seen = []
    async for seq, _ in tail.watch(run, after):
        seen.append(seq)
        if seq >= until:
            break
    return seen


async def _write(log: RunLog, run: str, count: int) -> None:
    claim = await log.claim(run, "w1", first=[b"1"])
    head = claim.head
    for seq in range(1, count):
        head = await append(log, run, 1, seq, head, [str(seq + 1).encode()])


async def test_followers_get_what_is_there_and_what_comes(redis_url: str) -> None:
    writer, tail = BatchWriter(redis_url), Tail(redis_url)
    log = RunLog(writer)
    runs = [new_id() for _ in range(20)]
    async with asyncio.timeout(10):
        followers = [asyncio.create_task(_collect(tail, run, 0, 50)) for run in runs]
        await asyncio.gather(*(_write(log, run, 50) for run in runs))
        late = asyncio.create_task(_collect(tail, runs[0], 30, 50))
        assert all(seen == list(range(1, 51)) for seen in await asyncio.gather(*followers))
        assert await late == list(range(31, 51))
    await tail.close()
    await writer.close()


async def test_a_new_follower_is_served_at_once_while_others_wait(redis_url: str) -> None:
    writer, tail = BatchWriter(redis_url), Tail(redis_url)
    log = RunLog(writer)
    quiet, other = new_id(), new_id()
    waiting = asyncio.create_task(_collect(tail, quiet, 0, 1))
    await _write(log, other, 3)
    await asyncio.sleep(0.2)
    async with asyncio.timeout(1):
        assert await _collect(tail, other, 0, 3) == [1, 2, 3]
        await _write(log, quiet, 1)
        assert await waiting == [1]
    await tail.close()
    await writer.close()


async def test_a_follower_that_does_not_read_is_left_out_until_it_does(redis_url: str) -> None:
    writer, tail = BatchWriter(redis_url), Tail(redis_url)
    log = RunLog(writer)
    run, other = new_id(), new_id()
    claim = await log.claim(run, "w1", first=[b"x"] * 3000)
    assert claim.seq == 3000
    batches = tail.batches(run)
    first = await anext(batches)
    await asyncio.sleep(0.2)
    second = await anext(batches)
    assert len(second) <= MAX_ENTRIES
    async with asyncio.timeout(5):
        await _write(log, other, 1)
        assert await _collect(tail, other, 0, 1) == [1]
        seen = [entry.seq for entry in first + second]
        while seen[-1] < 3000:
            seen += [entry.seq for entry in await anext(batches)]
    assert seen == list(range(1, 3001))
    await batches.aclose()
    await tail.close()
    await writer.close()


async def test_followers_go_on_after_a_restart(tmp_path: Path) -> None:
    server = start_valkey(tmp_path)
    writer, tail = BatchWriter(server.url), Tail(server.url)
    log = RunLog(writer)
    run = new_id()
    follower = asyncio.create_task(_collect(tail, run, 0, 4))
    claim = await log.claim(run, "w1", first=[b"1", b"2"])
    await asyncio.sleep(0.1)
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)
    await append(log, run, 1, 2, claim.head, [b"3", b"4"])
    async with asyncio.timeout(10):
        assert await follower == [1, 2, 3, 4]
    await tail.close()
    await writer.close()
    server.stop()
