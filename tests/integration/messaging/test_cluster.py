"""Three nats-servers by URL list: connect to any, keep everything on all, lose one (the leader, too) and go on."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import pytest

from agentcluster.clock import monotonic
from agentcluster.messaging import Bucket, Bus, BusUnavailableError, Watch, connect, opened
from agentcluster.messaging.broadcast import Broadcast
from tests.integration.messaging.conftest import NatsCluster
from tests.waiting import until


async def replicas_of(bus: Bus, bucket: str) -> int:
    info = await bus.client.jetstream().stream_info(f"KV_{bucket}")
    return info.config.num_replicas or 1


async def leader_of(bus: Bus, bucket: str) -> str:
    info = await bus.client.jetstream().stream_info(f"KV_{bucket}")
    return str(info.cluster and info.cluster.leader)


async def spread(bucket: Bucket, timeout_s: float = 30.0) -> None:
    """Use the bucket until it stands on three servers."""
    async with asyncio.timeout(timeout_s):
        while await insist(partial(bucket.get, "a")) or await replicas_of(bucket.bus, bucket.name) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def insist(work: Callable[[], Awaitable[object]], timeout_s: float = 20.0) -> None:
    """Do it as the callers of a bucket do: again after an error, until it is done."""
    end = monotonic() + timeout_s
    while True:
        try:
            await work()
            return
        except BusUnavailableError:
            assert monotonic() < end, "NATS stays away"
            await asyncio.sleep(0.2)


@pytest.fixture(autouse=True)
def spread_again_soon(monkeypatch):
    monkeypatch.setattr(opened, "SPREAD_AGAIN_S", 0.2)


async def test_a_bucket_stands_on_three_servers_and_outlives_its_leader(nats_cluster: NatsCluster):
    async with await connect(nats_cluster.url, "test") as bus:
        bucket = Bucket(bus, "shared")
        await insist(partial(bucket.put, "a", b"1"))
        await spread(bucket)
        seen: dict[str, bytes | None] = {}
        watch = Watch(bucket, "", lambda key, value, _: seen.update({key: value}))
        await until(lambda: seen.get("a") == b"1")
        leader = nats_cluster.number_of(await leader_of(bus, "shared"))
        nats_cluster.kill(leader)
        await insist(partial(bucket.put, "a", b"2"))
        await until(lambda: seen.get("a") == b"2", 20)
        entry = await bucket.entry("a")
        assert entry is not None
        assert entry.value == b"2"
        assert await bucket.update("a", b"3", entry.revision) is not None
        assert await bucket.update("a", b"4", entry.revision) is None
        nats_cluster.start(leader)
        nats_cluster.until_ready()
        await insist(partial(bucket.put, "a", b"5"))
        await until(lambda: seen.get("a") == b"5", 20)
        await watch.stop()


async def test_the_connection_goes_to_another_server_when_its_own_is_killed(nats_cluster: NatsCluster):
    async with await connect(nats_cluster.url, "test") as bus, await connect(nats_cluster.url, "other") as other:
        got: list[bytes] = []
        await bus.subscribe("told", lambda message: got.append(message.data))
        await bus.flush()
        where = bus.client.connected_url
        assert where is not None
        nats_cluster.kill(nats_cluster.ports.index(where.port or 0))
        await until(lambda: bus.connected and bus.client.connected_url != where, 20)
        await bus.flush()

        async def told() -> None:
            while not got:
                try:
                    await other.publish("told", b"x")
                    await other.flush()
                except BusUnavailableError:
                    pass
                await asyncio.sleep(0.1)

        await asyncio.wait_for(told(), 20)


async def test_any_server_of_the_list_will_do_to_begin_with(nats_cluster: NatsCluster):
    nats_cluster.kill(0)
    async with await connect(nats_cluster.url, "test", wait_s=20) as bus:
        assert bus.connected


async def test_a_bucket_from_before_the_cluster_is_spread_over_it(nats_cluster: NatsCluster, monkeypatch):
    async with await connect(nats_cluster.url, "test") as bus:
        monkeypatch.setenv("NATS_REPLICAS", "1")
        await insist(partial(Bucket(bus, "lonely").put, "a", b"1"))
        assert await replicas_of(bus, "lonely") == 1
        monkeypatch.delenv("NATS_REPLICAS")
        await spread(Bucket(bus, "lonely"))


async def test_servers_that_die_one_soon_after_the_other_take_nothing_with_them(nats_cluster: NatsCluster):
    async with await connect(nats_cluster.url, "test") as bus:
        bucket = Bucket(bus, "beats", ttl_s=600, volatile=True)
        told = Broadcast(bus, "TOLD", "told.v1", age_s=600, messages=100, size=100_000)
        await insist(partial(bucket.put, "first", b"1"))
        await insist(told.ensure)
        for round_, number in enumerate((0, 1, 2, 1)):
            nats_cluster.kill(number)
            await insist(partial(bucket.put, "a", str(round_).encode()))
            await insist(told.ensure)
            nats_cluster.start(number)
            await insist(partial(bucket.put, "a", str(round_).encode()))
        assert await bucket.get("first") == b"1"
