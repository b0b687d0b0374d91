"""The embedded servers answer, and keep what they were given over a restart."""

import nats
import redis


def test_valkey_keeps_its_data_over_a_kill(tmp_path):
    from tests.conftest import start_valkey

    server = start_valkey(tmp_path)
    client = redis.Redis.from_url(server.url)
    client.set("a", "1")
    client.close()
    server.kill()
    server.start()
    client = redis.Redis.from_url(server.url)
    assert client.get("a") == b"1"
    client.close()
    server.stop()


async def test_nats_has_jetstream(nats_url):
    client = await nats.connect(nats_url)
    assert (await client.jetstream().account_info()).limits.max_storage == -1
    await client.close()
