"""The object store on a NATS cluster of three: kept on all, read while one is away."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentcluster.messaging import Bus, BusUnavailableError, connect, opened
from agentcluster.messaging.objects import Objects
from tests.integration.messaging.conftest import NatsCluster

MOST = 1024 * 1024


def servers(folder: Path, started: int) -> Iterator[NatsCluster]:
    made = NatsCluster(folder, started=started)
    try:
        made.until_ready()
        yield made
    finally:
        made.stop()


@pytest.fixture
def cluster(tmp_path):
    yield from servers(tmp_path, 3)


@pytest.fixture
def growing(tmp_path):
    """Two servers; the third is still to come."""
    yield from servers(tmp_path, 2)


@pytest.fixture(autouse=True)
def spread_again_soon(monkeypatch):
    monkeypatch.setattr(opened, "SPREAD_AGAIN_S", 0.2)


async def insisting(work, timeout_s: float = 30.0):
    """Ask as callers do: again after an error."""
    async with asyncio.timeout(timeout_s):
        while True:
            try:
                return await work()
            except BusUnavailableError:
                await asyncio.sleep(0.2)


async def replicas(bus: Bus, name: str) -> int:
    return (await bus.client.jetstream().stream_info(f"OBJ_{name}")).config.num_replicas or 1


async def spread(objects: Objects, timeout_s: float = 30.0) -> None:
    """Use the store until it stands on three servers."""
    async with asyncio.timeout(timeout_s):
        while await insisting(objects.sizes) is None or await replicas(objects.bus, objects.name) < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.1)


async def test_it_stands_on_three_servers_and_outlives_one(cluster: NatsCluster):
    async with await connect(cluster.url, "test") as bus:
        objects = Objects(bus, "kept")
        data = b"x" * 400_000
        await insisting(lambda: objects.put("a", data))
        await spread(objects)
        cluster.kill(1)
        assert await insisting(lambda: objects.get("a", MOST)) == data
        await insisting(lambda: objects.put("b", b"while one is away"))
        assert await insisting(objects.sizes) == {"a": 400_000, "b": 17}


async def test_one_that_was_made_for_one_server_is_spread(cluster: NatsCluster, monkeypatch):
    async with await connect(cluster.url, "test") as bus:
        monkeypatch.setenv("NATS_REPLICAS", "1")
        await insisting(lambda: Objects(bus, "alone").put("a", b"here"))
        assert await replicas(bus, "alone") == 1
        monkeypatch.delenv("NATS_REPLICAS")
        objects = Objects(bus, "alone")
        await spread(objects)
        assert await insisting(lambda: objects.get("a", MOST)) == b"here"


async def test_one_that_was_made_before_the_third_server_came_is_spread_once_it_has(growing: NatsCluster):
    async with await connect(growing.url, "test", wait_s=20) as bus:
        objects = Objects(bus, "few")
        await insisting(lambda: objects.put("a", b"here"))
        assert await replicas(bus, "few") == 1
        growing.start(2)
        await spread(objects)
        assert await insisting(lambda: objects.get("a", MOST)) == b"here"
