"""The ledger of tasks: given in an instance's name in one step, gone once answered, and nothing left over."""

from agentcluster.streams import keys, tasks
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.run_log import RunLog
from agentcluster.streams.tasks import NewTask

KEY = keys.tasks("parse")


async def give(log: RunLog, *new: tuple[str, str], done: tuple[bytes, ...] = (), worker: str = "w1") -> list[bytes]:
    return await tasks.record(log, "parse", worker, done, [NewTask(*each, over=False) for each in new])


async def pending(log: RunLog) -> dict[str, int]:
    return {consumer.instance: consumer.pending for consumer in await tasks.consumers(log, "parse")}


async def test_a_task_is_pending_with_its_instance_until_it_is_done(log: RunLog, client: SyncClient) -> None:
    ids = await give(log, ("a", "r/1"), ("a", "r/2"), ("b", "r/3"))
    assert await pending(log) == {"a": 2, "b": 1}
    assert {found["consumer"]: found["message_id"] for found in client.xpending_range(KEY, "instances", "-", "+", 9)}
    assert await give(log, done=(ids[0], ids[2])) == []
    assert await pending(log) == {"a": 1, "b": 0}
    assert client.xlen(KEY) == 1
    assert await tasks.agents(log) == ["parse"]


async def test_what_is_over_already_is_delivered_and_gone(log: RunLog, client: SyncClient) -> None:
    await tasks.record(log, "parse", "w1", [], [NewTask("a", "r/1", over=True), NewTask("a", "r/2", over=False)])
    assert await pending(log) == {"a": 1}
    assert client.xlen(KEY) == 1
    assert client.xinfo_stream(KEY)["entries-added"] == 2


async def test_several_thousand_at_once(log: RunLog, client: SyncClient) -> None:
    ids = await give(log, *[("a", f"r/{number}") for number in range(3000)])
    assert await pending(log) == {"a": 3000}
    await give(log, done=tuple(ids))
    assert await pending(log) == {"a": 0}
    assert client.xlen(KEY) == 0


async def test_done_twice_or_unknown_does_no_harm(log: RunLog, client: SyncClient) -> None:
    (entry,) = await give(log, ("a", "r/1"))
    await give(log, done=(entry, entry, b"1-1"))
    await give(log, done=(entry,))
    assert await pending(log) == {"a": 0}


async def test_a_group_that_was_destroyed_comes_back(log: RunLog, client: SyncClient) -> None:
    await give(log, ("a", "r/1"))
    client.xgroup_destroy(KEY, "instances")
    assert await tasks.consumers(log, "parse") == []
    await give(log, ("b", "r/2"), ("b", "r/3"))
    assert await pending(log) == {"b": 2}
    assert client.xlen(KEY) == 2


async def test_an_emptied_server_begins_anew(log: RunLog, client: SyncClient) -> None:
    await give(log, ("a", "r/1"))
    client.flushall()
    client.function_flush()
    assert await tasks.consumers(log, "parse") == []
    await give(log, ("a", "r/2"), done=(b"5-5",))
    assert await pending(log) == {"a": 1}


async def test_old_ones_are_found_with_their_workers_and_removed(log: RunLog, client: SyncClient) -> None:
    await give(log, ("a", "r/1"), worker="dead")
    assert await tasks.older_than(log, "parse", 60_000) == []
    found = await tasks.older_than(log, "parse", -1000)
    assert [(task.call_id, task.worker) for task in found] == [("r/1", "dead")]
    await tasks.remove(log, "parse", [task.entry_id for task in found])
    assert await pending(log) == {"a": 0}
    await tasks.forget_instance(log, "parse", "a")
    assert await pending(log) == {}
    await tasks.forget_agent(log, "parse")
    assert await tasks.agents(log) == []
    assert client.exists(KEY) == 0


async def test_one_worker_sweeps_at_a_time(log: RunLog, client: SyncClient) -> None:
    assert await tasks.lead(log, "w1", 5000)
    assert not await tasks.lead(log, "w2", 5000)
