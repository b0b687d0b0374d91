"""Logs that begin with events made elsewhere, and runs that go on as another one."""

import pytest

from agentcluster.ids import new_id
from agentcluster.streams import blocking, keys
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.entries import entry_hash
from agentcluster.streams.errors import FencedError
from agentcluster.streams.gate import enter
from agentcluster.streams.inbox import send_commands
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.seeds import continue_as, sow

GATE = keys.gate("wf", "d")
ENTRIES = [f"event {number}".encode() for number in range(1200)]
HEAD = entry_hash(ENTRIES[-1])


async def test_a_log_is_sown_once_and_then_claimed_quietly(log: RunLog, client: SyncClient) -> None:
    run = new_id()
    assert sow(client, run, ENTRIES, HEAD, 77)
    assert not sow(client, run, [b"other"], entry_hash(b"other"), 0)
    assert [entry.data for entry in blocking.iterate_log(client, run)] == ENTRIES
    assert client.ttl(keys.log(run)) == -1
    claim = await log.claim(run, "w1", first=[b"one"])
    assert (claim.granted, claim.written, claim.epoch, claim.seq, claim.head) == (True, False, 2, 1200, HEAD)
    assert (claim.previous, claim.left) == ("", "seeded")
    assert client.keys("*seed*") == []


async def go_on(log: RunLog, run: str, next_id: str, *, epoch: int = 1, answered: str = "0") -> None:
    end = (epoch, 1, entry_hash(b"one"), entry_hash(b"end"), b"end")
    await continue_as(log, run, end, next_id, (ENTRIES, HEAD), hint=b"hint", priority="low", answered=answered)


async def test_a_run_goes_on_as_another_with_its_place_and_its_inbox(log: RunLog, client: SyncClient) -> None:
    run, waiting, next_id = new_id(), new_id(), new_id()
    for each in (run, waiting):
        await log.claim(each, "w1", first=[b"one"])
        await enter(log, GATE, each, 1, limit=1, priority="normal", full="queue")
    send_commands(client, [(run, b"answered"), (run, b"new")])
    answered = client.xrange(keys.inbox(run))[0][0].decode()
    for _ in range(2):
        await go_on(log, run, next_id, answered=answered)
    assert [entry.data for entry in blocking.iterate_log(client, run)] == [b"one", b"end"]
    assert [entry.data for entry in blocking.iterate_log(client, next_id)] == ENTRIES
    old, new = blocking.read_metas(client, [run, next_id])
    assert old is not None
    assert new is not None
    assert (old.status, new.status, new.left, new.seq) == ("run_continued", "open", "seeded", 1200)
    assert [fields for _, fields in client.xrange(keys.inbox(next_id))] == [{b"c": b"new"}]
    assert client.xlen("runs:ready:low") == 1
    assert client.zrangebyscore(GATE, "-inf", "(0") == [next_id.encode()], "the place went along"
    claim = await log.claim(next_id, "w2")
    assert (claim.granted, claim.gate, claim.inbox) == (True, GATE, 1)
    send_commands(client, [(next_id, b"later")])
    assert [fields[b"c"] for _, fields in client.xrange(keys.inbox(next_id))] == [b"new", b"later"]


async def test_a_stale_owner_cannot_go_on_as_another(log: RunLog, client: SyncClient) -> None:
    run, next_id = new_id(), new_id()
    await log.claim(run, "w1", first=[b"one"])
    await log.claim(run, "w2", dead=["w1"])
    with pytest.raises(FencedError):
        await go_on(log, run, next_id)
    assert blocking.read_metas(client, [next_id]) == [None]
    assert client.exists(keys.log(next_id)) == 0
