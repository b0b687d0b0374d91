"""The object store on a NATS cluster of three: kept on all, read while one is away."""

import asyncio

import pytest
from nats.js.api import ObjectStoreConfig

from agentcluster.messaging import BusUnavailableError, connect
from agentcluster.messaging.objects import Objects
from tests.integration.messaging.conftest import NatsCluster

MOST = 1024 * 1024


@pytest.fixture
def cluster(tmp_path):
    made = NatsCluster(tmp_path)
    made.until_ready()
    yield made
    for number in made.processes:
        made.kill(number)


async def insisting(work, timeout_s: float = 30.0):
    """Ask as callers do: again after an error."""
    async with asyncio.timeout(timeout_s):
        while True:
            try:
                return await work()
            except BusUnavailableError:
                await asyncio.sleep(0.2)


async def test_it_stands_on_three_servers_and_outlives_one(cluster: NatsCluster):
    async with await connect(cluster.url, "test") as bus:
        objects = Objects(bus, "kept")
        data = b"x" * 400_000
        await insisting(lambda: objects.put("a", data))
        assert (await bus.client.jetstream().stream_info("OBJ_kept")).config.num_replicas == 3
        cluster.kill(1)
        assert await insisting(lambda: objects.get("a", MOST)) == data
        await insisting(lambda: objects.put("b", b"while one is away"))
        assert await insisting(objects.sizes) == {"a": 400_000, "b": 17}


async def test_one_that_was_made_for_one_server_is_spread(cluster: NatsCluster):
    async with await connect(cluster.url, "test") as bus:
        await bus.client.jetstream().create_object_store("alone", ObjectStoreConfig(replicas=1))
        objects = Objects(bus, "alone")
        await insisting(lambda: objects.put("a", b"here"))
        assert (await bus.client.jetstream().stream_info("OBJ_alone")).config.num_replicas == 3
