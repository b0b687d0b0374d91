"""What waits in the engine workers, added up."""

from agentcluster.streams import keys, waiting
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.run_log import RunLog


async def test_what_all_workers_say_is_added_up_and_nothing_is_kept_of_none(log: RunLog, client: SyncClient) -> None:
    await waiting.say(log, "one", {"echo@1.0.0": 3, "echo@2.0.0": 0.5})
    await waiting.say(log, "two", {"echo@1.0.0": 2})
    assert await waiting.read(log) == {"echo@1.0.0": 5.0, "echo@2.0.0": 0.5}
    await waiting.say(log, "two", {})
    assert await waiting.read(log) == {"echo@1.0.0": 3.0, "echo@2.0.0": 0.5}
    assert client.ttl(keys.waiting("one")) in range(1, waiting.KEPT_S + 1)


async def test_a_worker_that_fell_silent_is_struck_off(log: RunLog, client: SyncClient) -> None:
    await waiting.say(log, "gone", {"echo@1.0.0": 3})
    client.delete(keys.waiting("gone"))
    assert await waiting.read(log) == {}
    assert not client.smembers(keys.WAITING)
