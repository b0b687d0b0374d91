"""Concurrency limits: never more inside than may be, nobody forgotten, each place given on exactly once."""

import asyncio
from typing import Any

import msgspec
import pytest

from agentcluster.ids import new_id
from agentcluster.streams import keys
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.entries import entry_hash
from agentcluster.streams.errors import FencedError
from agentcluster.streams.gate import Entry, digest, enter, sweep
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.seeds import continue_as

GATE = keys.gate("wf", "d")


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


WHOLE = keys.gate_of_all("wf")


async def come_by(
    log: RunLog, key: str, *, limit: int = 1, total: int = 2, priority: str = "normal", full: str = "queue"
) -> Any:
    """A run of a workflow that has a limit for each key and one for all of them."""
    run = new_id()
    await log.claim(run, "w1", first=[b"one"])
    return run, await again(log, key, run, limit=limit, total=total, priority=priority, full=full)


async def again(
    log: RunLog, key: str, run: str, *, limit: int = 1, total: int = 2, priority: str = "normal", full: str = "queue"
) -> Entry:
    name = keys.gate("wf", key)
    return await enter(log, name, run, 1, limit=limit, priority=priority, full=full, whole=(WHOLE, total))


def at(client: SyncClient, gate: str, *, waiting: bool = False) -> set[str]:
    bounds = ("0", "+inf") if waiting else ("-inf", "(0")
    return {member.decode() for member in client.zrangebyscore(gate, *bounds)}


async def test_a_run_needs_a_place_by_its_key_and_one_of_all(log: RunLog, client: SyncClient) -> None:
    a, first = await come_by(log, "a")
    a2, second = await come_by(log, "a")
    b, third = await come_by(log, "b")
    c, fourth = await come_by(log, "c")
    assert (first, second, third, fourth) == (Entry.INSIDE, Entry.WAITING, Entry.INSIDE, Entry.WAITING_FOR_ALL)
    for key, run, entry in (("a", a, first), ("a", a2, second), ("b", b, third), ("c", c, fourth)) * 2:
        assert await again(log, key, run) is entry, "asking again changes nothing"
    await end(log, b)
    assert (at(client, WHOLE), told(client, c), told(client, a2)) == ({a, c}, ["admit"], [])
    await end(log, a)
    assert (at(client, WHOLE), told(client, a2)) == ({a2, c}, ["admit"])
    for run in (a2, c):
        await end(log, run)
    assert client.exists(WHOLE, keys.GATES, *(keys.gate("wf", key) for key in "abc")) == 0


async def test_who_gets_in_by_its_key_may_have_to_wait_for_all(log: RunLog, client: SyncClient) -> None:
    a, _ = await come_by(log, "a")
    b, _ = await come_by(log, "b")
    c, _ = await come_by(log, "c")
    a2, _ = await come_by(log, "a")
    await end(log, a)
    assert (told(client, c), told(client, a2)) == (["admit"], []), "c waited for a place of all before"
    assert await again(log, "a", a2) is Entry.WAITING_FOR_ALL
    await end(log, b)
    assert told(client, a2) == ["admit"]


async def test_places_of_all_go_by_priority(log: RunLog, client: SyncClient) -> None:
    first, _ = await come_by(log, "a", total=1)
    low, _ = await come_by(log, "b", total=1, priority="low")
    high, _ = await come_by(log, "c", total=1, priority="high")
    await end(log, first)
    assert (told(client, high), told(client, low)) == (["admit"], [])


async def test_a_run_is_refused_by_either_limit_and_holds_no_place_then(log: RunLog, client: SyncClient) -> None:
    a, _ = await come_by(log, "a", full="reject")
    _, by_key = await come_by(log, "a", full="reject")
    b, _ = await come_by(log, "b", full="reject")
    c, by_all = await come_by(log, "c", full="reject")
    assert (by_key, by_all) == (Entry.REFUSED, Entry.REFUSED_FOR_ALL)
    await end(log, c)
    assert (at(client, WHOLE), client.exists(keys.gate("wf", "c"))) == ({a, b}, 0)


async def test_a_newer_run_takes_the_place_of_the_oldest_of_all(log: RunLog, client: SyncClient) -> None:
    a, _ = await come_by(log, "a", total=1, full="replace")
    b, entry = await come_by(log, "b", total=1, full="replace")
    assert (entry, told(client, a)) == (Entry.WAITING_FOR_ALL, ["cancel"])
    c, _ = await come_by(log, "c", total=1, full="replace")
    assert told(client, b) == ["cancel"]
    await end(log, b)
    await end(log, a)
    assert (at(client, WHOLE), told(client, c)) == ({c}, ["admit"])
    await end(log, c)
    assert client.exists(WHOLE, keys.GATES, *(keys.gate("wf", key) for key in "abc")) == 0


async def test_a_run_that_ends_while_it_waits_leaves_both(log: RunLog, client: SyncClient) -> None:
    a, _ = await come_by(log, "a", total=1)
    b, _ = await come_by(log, "b", total=1)
    b2, _ = await come_by(log, "b", total=1)
    await end(log, b)
    assert at(client, WHOLE, waiting=True) == {b2}
    await end(log, b2)
    await end(log, a)
    assert client.exists(WHOLE, keys.GATES) == 0


async def test_runs_that_are_gone_are_swept_out_of_both(log: RunLog, client: SyncClient) -> None:
    a, _ = await come_by(log, "a", total=1)
    b, _ = await come_by(log, "b", total=1)
    client.delete(keys.meta(a))
    assert await sweep(log) == 2
    assert (at(client, WHOLE), told(client, b)) == ({b}, ["admit"])


async def test_a_run_that_goes_on_as_another_takes_both_places_along(log: RunLog, client: SyncClient) -> None:
    run, _ = await come_by(log, "a", total=1)
    waiting, _ = await come_by(log, "b", total=1)
    next_id, hashes = new_id(), (entry_hash(b"one"), entry_hash(b"end"))
    seed = ([b"one"], hashes[0])
    await continue_as(log, run, (1, 1, *hashes, b"end"), next_id, seed, hint=b"{}", priority="normal", answered="0")
    assert (at(client, keys.gate("wf", "a")), at(client, WHOLE)) == ({next_id}, {next_id})
    await log.claim(next_id, "w1")
    await log.append(next_id, 2, 1, hashes, [b"end"], terminal="run_completed")
    assert (at(client, WHOLE), told(client, waiting)) == ({waiting}, ["admit"])


async def test_never_more_are_inside_than_by_either_limit(log: RunLog, client: SyncClient) -> None:
    most, most_of_key, begun = 0, 0, 0

    async def live(key: str) -> None:
        nonlocal most, most_of_key, begun
        run, entry = await come_by(log, key, limit=2, total=3)
        while entry is not Entry.INSIDE:
            await asyncio.sleep(0.001)
            entry = await again(log, key, run, limit=2, total=3)
        most, most_of_key = max(most, len(at(client, WHOLE))), max(most_of_key, len(at(client, keys.gate("wf", key))))
        begun += 1
        await end(log, run)

    await asyncio.gather(*(live("abcd"[number % 4]) for number in range(120)))
    assert (begun, most <= 3, most_of_key <= 2) == (120, True, True)
    assert client.exists(WHOLE, keys.GATES) == 0
