"""Parked runs: a command or a timer always rouses them, exactly once, and they cost next to nothing."""

import asyncio
import threading

import msgspec
import pytest

from agentcluster.clock import now_ms
from agentcluster.ids import new_id
from agentcluster.streams import blocking, keys
from agentcluster.streams.connections import SyncClient, sync_client
from agentcluster.streams.entries import entry_hash
from agentcluster.streams.errors import ClosedError, FencedError
from agentcluster.streams.functions import call_many
from agentcluster.streams.inbox import InboxFullError, send_commands
from agentcluster.streams.parking import park, ring, rouse
from agentcluster.streams.run_log import RunLog

ROUNDS = 3000


async def leave(
    log: RunLog,
    run: str,
    epoch: int = 1,
    *,
    answered: str = "0",
    due: int = 5000,
    rings: int | None = None,
    priority: str = "normal",
) -> bool:
    hint, rings = '"n":1', due if rings is None else rings
    return await park(log, run, epoch, answered=answered, due=due, rings=rings, hint=hint, priority=priority)


async def parked(log: RunLog, due: int = 5000, priority: str = "normal") -> str:
    run = new_id()
    await log.claim(run, "w1", first=[b"one"])
    assert await leave(log, run, due=due, priority=priority)
    return run


def hints(client: SyncClient, stream: str = keys.READY) -> list[str]:
    requests = [msgspec.json.decode(fields[b"r"]) for _, fields in client.xrange(stream)]
    assert all(request["n"] == 1 for request in requests)
    return [request["run_id"] for request in requests]


async def test_a_command_rouses_a_parked_run_once(log: RunLog, client: SyncClient) -> None:
    run = await parked(log, priority="high")
    meta = blocking.read_metas(client, [run])[0]
    assert meta == blocking.Meta(1, "", 1, entry_hash(b"one"), "open", "parked", 5000)
    assert client.zscore(keys.TIMERS, run) == 5000
    assert send_commands(client, [(run, b"{}"), (run, b"{}")]) == [True, True]
    assert hints(client, "runs:ready:high") == [run]
    assert client.zcard(keys.TIMERS) == 0
    claim = await log.claim(run, "w2")
    assert (claim.granted, claim.left, claim.previous, claim.inbox, claim.epoch) == (True, "hinted", "", 2, 2)
    assert send_commands(client, [(run, b"{}")]) == [True]
    assert client.xlen(keys.wake("w2")) == 1
    assert not hints(client)


async def test_an_inbox_with_more_in_it_cannot_be_parked_upon(log: RunLog, client: SyncClient) -> None:
    run = new_id()
    await log.claim(run, "w1", first=[b"one"])
    send_commands(client, [(run, b"{}")])
    assert not await leave(log, run)
    last = client.xrange(keys.inbox(run))[-1][0].decode()
    assert await leave(log, run, answered=last)
    assert client.exists(keys.inbox(run)) == 0
    with pytest.raises(FencedError):
        await leave(log, run, 7, answered=last)


async def test_entries_of_an_inbox_only_ever_rise(log: RunLog, client: SyncClient) -> None:
    """Also when the stream was removed and the server's clock stands in the past of what it gave before."""
    run = await parked(log)
    client.hset(keys.meta(run), "inbox", 9_999_999_999_999)
    send_commands(client, [(run, b"{}")])
    assert client.xrange(keys.inbox(run))[-1][0] == b"10000000000000-0"


async def test_an_ended_run_takes_no_command_and_is_not_parked(log: RunLog, client: SyncClient) -> None:
    run = new_id()
    claim = await log.claim(run, "w1", first=[b"one"])
    await log.append(run, 1, 1, (claim.head, entry_hash(b"end")), [b"end"], terminal="run_completed")
    assert send_commands(client, [(run, b"{}"), (await parked(log), b"{}")]) == [False, True]
    with pytest.raises(ClosedError):
        await leave(log, run)


async def test_a_full_inbox_says_so(log: RunLog, client: SyncClient) -> None:
    run = new_id()
    assert send_commands(client, [(run, b"{}")] * 1001) == [True] * 1000 + [False]
    with pytest.raises(InboxFullError):
        send_commands(client, [(run, b"{}")])


async def test_timers_ring_when_they_are_due_and_do_no_harm_twice(log: RunLog, client: SyncClient) -> None:
    begun = now_ms() + 60_000
    late, soon = await parked(log, begun + 2000), await parked(log, begun + 1000)
    assert await ring(log, begun + 999, 10) == 0
    assert await ring(log, begun + 2000, 1) == 1
    assert hints(client) == [soon]
    client.zadd(keys.TIMERS, {soon: 1, "unknown": 1})
    assert await ring(log, begun + 2000, 10) == 3
    assert hints(client) == [soon, late]
    assert await rouse(log, [soon, late]) == 0


async def test_a_clock_set_back_makes_nobody_wait(log: RunLog, client: SyncClient) -> None:
    run = await parked(log, now_ms() - 1)
    assert await ring(log, now_ms() - 3_600_000, 10) == 1
    assert hints(client) == [run]


async def test_without_a_timer_only_commands_and_the_reaper_rouse_a_run(log: RunLog, client: SyncClient) -> None:
    run = new_id()
    await log.claim(run, "w1", first=[b"one"])
    assert await leave(log, run, rings=0)
    assert client.zcard(keys.TIMERS) == 0
    assert await rouse(log, [run]) == 1
    assert hints(client) == [run]


async def test_a_lost_timer_is_made_good(log: RunLog, client: SyncClient) -> None:
    run = await parked(log)
    client.delete(keys.TIMERS)
    assert await rouse(log, [run, "unknown"]) == 1
    assert hints(client) == [run]


async def test_claiming_a_parked_run_takes_its_timer_away(log: RunLog, client: SyncClient) -> None:
    run = await parked(log)
    claim = await log.claim(run, "w2")
    assert (claim.granted, claim.left) == (True, "parked")
    assert client.zcard(keys.TIMERS) == 0
    assert await rouse(log, [run]) == 0


async def test_no_command_is_lost_between_parking_and_sending(log: RunLog, client: SyncClient, redis_url: str) -> None:
    """Whoever parks either sees the command, or the run is roused: raced thousands of times."""
    runs = [new_id() for _ in range(ROUNDS)]
    for run in runs:
        await log.claim(run, "w1", first=[b"one"])

    def send_all(part: list[str]) -> None:
        sender = sync_client(redis_url)
        for run in part:
            send_commands(sender, [(run, b"{}")])
        sender.close()

    threads = [threading.Thread(target=send_all, args=(runs[number::2],)) for number in range(2)]
    for thread in threads:
        thread.start()
    left = set()
    for run in runs:
        if await leave(log, run, due=10**15):
            left.add(run)
    await asyncio.gather(*(asyncio.to_thread(thread.join) for thread in threads))
    assert sorted(hints(client)) == sorted(left), "a parked run was not roused, or roused twice"
    assert 0 < len(left) < ROUNDS, "there was no race"
    assert all(client.xlen(keys.inbox(run)) == 1 for run in runs)


def test_a_command_sent_again_after_others_came_is_not_doubled(client: SyncClient) -> None:
    run_id = new_id()

    def say(command: bytes, nonce: str) -> None:
        call_many(client, [("ac_run_send_2", 2, keys.meta(run_id), keys.inbox(run_id), command, nonce)])

    say(b"a", "n1")
    say(b"b", "n2")
    say(b"a", "n1")
    assert [fields[b"c"] for _, fields in client.xrange(keys.inbox(run_id))] == [b"a", b"b"]
    client.delete(keys.inbox(run_id))  # read, answered and parked meanwhile
    say(b"b", "n2")
    assert client.xlen(keys.inbox(run_id)) == 0
