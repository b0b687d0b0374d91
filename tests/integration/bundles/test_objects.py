"""The object store against a real nats-server."""

import asyncio
import shutil

import pytest

from agentcluster.messaging import BusUnavailableError, connect
from agentcluster.messaging.objects import ObjectDamagedError, Objects
from tests.conftest import start_nats

MOST = 32 * 1024 * 1024


@pytest.fixture
async def objects(nats_url):
    async with await connect(nats_url, "test") as bus:
        yield Objects(bus, "test-objects")


@pytest.fixture
def own_nats(tmp_path):
    server = start_nats(tmp_path / "nats")
    yield server
    server.kill()


async def test_what_is_put_can_be_read_listed_replaced_and_deleted(objects: Objects):
    large = bytes(range(256)) * 20_000
    await objects.put("large", large)
    await objects.put("empty", b"")
    assert await objects.get("large", MOST) == large
    assert await objects.get("empty", MOST) == b""
    assert await objects.sizes() == {"large": len(large), "empty": 0}
    await objects.put("large", b"other")
    assert await objects.get("large", MOST) == b"other"
    assert await objects.delete("large")
    assert not await objects.delete("large")
    assert await objects.get("large", MOST) is None
    assert await objects.get("never", MOST) is None
    assert await objects.sizes() == {"empty": 0}
    await objects.delete("empty")
    assert await objects.sizes() == {}


async def test_an_object_that_is_too_large_is_not_read(objects: Objects):
    await objects.put("wide", b"x" * 1000)
    with pytest.raises(ObjectDamagedError, match="1,000 bytes"):
        await objects.get("wide", 999)


async def test_damage_on_the_way_is_seen(objects: Objects):
    await objects.put("kept", b"x" * 300_000)
    info = await (await objects._opened.get()).get_info("kept")
    context = objects.bus.client.jetstream()
    await context.purge_stream("OBJ_test-objects", subject=f"$O.test-objects.C.{info.nuid}")
    for piece in (b"y" * 131_072, b"y" * 131_072, b"y" * (300_000 - 2 * 131_072)):
        await context.publish(f"$O.test-objects.C.{info.nuid}", piece)
    with pytest.raises(ObjectDamagedError):
        await objects.get("kept", MOST)


async def test_a_server_that_came_back_empty_is_no_trouble(own_nats, tmp_path):
    async with await connect(own_nats.url, "test") as bus:
        objects = Objects(bus, "test-objects")
        await objects.put("kept", b"here")
        own_nats.kill()
        with pytest.raises(BusUnavailableError):
            await objects.get("kept", MOST)
        shutil.rmtree(tmp_path / "nats" / "jetstream", ignore_errors=True)
        own_nats.start()
        for _ in range(100):
            try:
                assert await objects.sizes() == {}
                break
            except BusUnavailableError:
                await asyncio.sleep(0.1)
        await objects.put("kept", b"again")
        assert await objects.get("kept", MOST) == b"again"
