"""The bus against a real nats-server: messages, requests, limits, restarts."""

import asyncio
import socket
import struct

import pytest

from agentcluster.messaging import (
    Bucket,
    Bus,
    BusUnavailableError,
    MessageTooLargeError,
    NoResponderError,
    ReplyTimeoutError,
    Watch,
    connect,
    is_no_responder,
)
from agentcluster.messaging.errors import BadAddressError
from tests.conftest import Server, start_nats
from tests.waiting import until


@pytest.fixture
async def bus(nats_url):
    async with await connect(nats_url, "test") as one:
        yield one


@pytest.fixture
def own_nats(tmp_path):
    server = start_nats(tmp_path / "nats")
    yield server
    server.kill()


async def test_messages_arrive_in_order_with_reply_and_headers(bus: Bus):
    got = []
    await bus.subscribe("order.test", got.append)
    for number in range(100):
        bus.send("order.test", str(number).encode(), reply="back", headers={"traceparent": "00-x"})
    await until(lambda: len(got) == 100)
    assert [int(message.data) for message in got] == list(range(100))
    assert (got[0].reply, got[0].headers) == ("back", {"traceparent": "00-x"})


async def test_one_member_of_a_queue_group_gets_each_message(bus: Bus):
    left, right = [], []
    await bus.subscribe("queue.test", left.append, queue="group")
    await bus.subscribe("queue.test", right.append, queue="group")
    for _ in range(50):
        bus.send("queue.test", b"x")
    await until(lambda: len(left) + len(right) == 50)


async def test_a_request_is_answered(bus: Bus):
    await bus.subscribe("echo.test", lambda message: bus.publish(message.reply, message.data.upper()))
    assert (await bus.request("echo.test", b"hello")).data == b"HELLO"


async def test_a_request_to_nobody_says_so_at_once(bus: Bus):
    with pytest.raises(NoResponderError):
        await bus.request("nobody.test")


async def test_a_message_to_nobody_is_noted_on_its_reply_subject(bus: Bus):
    got = []
    await bus.subscribe("inbox.test", got.append)
    bus.send("nobody.test", b"hello", reply="inbox.test")
    await until(lambda: got)
    assert is_no_responder(got[0])


async def test_a_request_that_stays_unanswered_times_out(bus: Bus):
    await bus.subscribe("silent.test", lambda message: None)
    with pytest.raises(ReplyTimeoutError):
        await bus.request("silent.test", timeout_s=0.1)


async def test_a_message_over_the_servers_limit_is_refused_before_it_is_sent(bus: Bus):
    with pytest.raises(MessageTooLargeError) as caught:
        bus.send("large.test", b"x" * 1_048_576)
    assert caught.value.data["limit"] == bus.max_payload


async def test_a_failing_handler_does_not_stop_the_subscription(bus: Bus, caplog):
    got = []

    def handle(message):
        got.append(message)
        if len(got) == 1:
            raise ValueError("first")

    await bus.subscribe("failing.test", handle)
    bus.send("failing.test", b"1")
    bus.send("failing.test", b"2")
    await until(lambda: len(got) == 2)
    assert "could not be handled" in caplog.text


async def test_no_server_gives_a_sentence_without_the_password():
    with pytest.raises(BusUnavailableError, match="cannot be reached") as caught:
        await connect("nats://user:secret@127.0.0.1:1", "test", wait_s=0.3)
    assert "secret" not in caught.value.message


async def test_a_subscription_survives_a_restart_of_the_server(own_nats: Server):
    async with await connect(own_nats.url, "test") as bus:
        got, returns = [], []

        async def returned():
            returns.append(1)

        bus.on_return(returned)
        await bus.subscribe("restart.test", got.append)
        own_nats.kill()
        await until(lambda: not bus.connected)
        bus.send("restart.test", b"kept while away")
        own_nats.start()
        await until(lambda: got)
        assert got[0].data == b"kept while away"
        await until(lambda: returns)


async def test_a_bucket_keeps_lists_and_forgets(bus: Bus):
    bucket = Bucket(bus, "test-bucket")
    assert await bucket.get("nodes/a") is None
    assert await bucket.keys() == []
    await bucket.put("nodes/a", b"1")
    await bucket.put("nodes/a", b"2")
    await bucket.put("other", b"3")
    assert await bucket.get("nodes/a") == b"2"
    assert sorted(await bucket.keys()) == ["nodes/a", "other"]
    await bucket.delete("nodes/a")
    assert await bucket.get("nodes/a") is None
    assert await bucket.keys() == ["other"]


async def test_a_bucket_with_other_settings_is_used_as_it_is(bus: Bus):
    await Bucket(bus, "other-settings", ttl_s=60).put("a", b"1")
    assert await Bucket(bus, "other-settings", ttl_s=30).get("a") == b"1"


async def test_a_watch_sees_what_is_there_what_changes_and_what_goes(bus: Bus):
    bucket = Bucket(bus, "watched", ttl_s=60)
    await bucket.put("nodes/a", b"1")
    seen = []
    watch = Watch(bucket, "nodes/", lambda *change: seen.append(change))
    await asyncio.wait_for(watch.synced.wait(), 5)
    await bucket.put("nodes/b", b"2")
    await bucket.put("elsewhere", b"3")
    await bucket.delete("nodes/a")
    await until(lambda: len(seen) == 3)
    assert seen == [("nodes/a", b"1", False), ("nodes/b", b"2", False), ("nodes/a", None, True)]
    assert watch.entries == {"nodes/b": b"2"}
    await watch.stop()


async def test_a_watch_goes_on_when_a_change_cannot_be_taken(bus: Bus):
    bucket = Bucket(bus, "untaken", ttl_s=60)
    seen = []

    def take(key: str, value: bytes | None, _deleted: bool) -> None:
        if value == b"bad":
            raise KeyError(key)
        seen.append(key)

    watch = Watch(bucket, "", take)
    await asyncio.wait_for(watch.synced.wait(), 5)
    await bucket.put("a", b"bad")
    await bucket.put("b", b"good")
    await until(lambda: seen == ["b"])
    await watch.stop()


async def test_an_entry_that_expires_is_noticed_without_an_event(bus: Bus):
    bucket = Bucket(bus, "expiring", ttl_s=1)
    await bucket.put("nodes/a", b"1")
    seen = []
    watch = Watch(bucket, "nodes/", lambda *change: seen.append(change))
    await until(lambda: len(seen) == 2)
    assert seen[1] == ("nodes/a", None, False)
    await watch.stop()


async def test_buckets_and_watches_survive_a_server_that_comes_back_empty(own_nats: Server):
    async with await connect(own_nats.url, "test") as bus:
        bucket = Bucket(bus, "volatile", volatile=True)
        await bucket.put("nodes/a", b"1")
        seen = []
        watch = Watch(bucket, "nodes/", lambda *change: seen.append(change))
        await until(lambda: seen)
        own_nats.kill()
        await until(lambda: not bus.connected)
        own_nats.start()
        await until(lambda: bus.connected)
        await bucket.put("nodes/b", b"2")
        await until(lambda: watch.entries == {"nodes/b": b"2"})
        await watch.stop()


# nats-py leaves the socket of a refused reconnect to the garbage collector, which says so.
@pytest.mark.filterwarnings("ignore:.*StreamWriter.__del__:pytest.PytestUnraisableExceptionWarning")
async def test_a_server_that_refuses_us_for_a_while_does_not_end_the_connection(own_nats: Server):
    async with await connect(own_nats.url, "test") as bus:
        got = []
        await bus.subscribe("refused.test", got.append)
        own_nats.kill()
        own_nats.command += ["--user", "somebody", "--pass", "else"]
        own_nats.start()
        await until(lambda: "authorization" in bus.trouble.lower())
        own_nats.kill()
        own_nats.command = own_nats.command[:-4]
        own_nats.start()
        await until(lambda: bus.connected)
        bus.send("refused.test", b"back")
        await until(lambda: got)


@pytest.mark.parametrize(
    ("options", "login"), [(["--user", "me", "--pass", "secret"], "me:secret"), (["--auth", "secret"], "secret")]
)
async def test_user_and_password_and_token_come_from_the_url(own_nats: Server, options, login):
    own_nats.kill()
    own_nats.command += options
    own_nats.start()
    async with await connect(own_nats.url.replace("//", f"//{login}@"), "test") as bus:
        assert bus.connected
    with pytest.raises(BusUnavailableError, match=r"(?i)authorization"):
        await connect(own_nats.url, "test", wait_s=3)


async def test_a_refusal_that_a_reset_overtakes_is_still_told_as_one():
    """nats-server closes with our PING unread, so its own words may be lost on the way."""

    async def hang_up(reader, writer):
        writer.write(b'INFO {"version": "2.12.0", "max_payload": 1048576, "auth_required": true}\r\n')
        await reader.readuntil(b"PING\r\n")
        option = struct.pack("ii", 1, 0)
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, option)
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(BusUnavailableError, match="authorization violation"):
            await connect(f"nats://127.0.0.1:{port}", "test", wait_s=2)


async def test_of_several_servers_the_next_one_is_used(own_nats: Server, nats_url):
    async with await connect(f"{own_nats.url},{nats_url}", "test") as bus:
        own_nats.kill()
        await until(lambda: bus.connected and bus.client.connected_url.netloc in nats_url)
        got = []
        await bus.subscribe("several.test", got.append)
        bus.send("several.test", b"x")
        await until(lambda: got)


@pytest.mark.parametrize("url", ["", "http://here:4222", "nats://", "nats://host:port", "nats://a:1,ftp://b:2"])
async def test_an_address_that_is_none_is_refused_with_a_sentence(url):
    with pytest.raises(BadAddressError, match="NATS_URL must be"):
        await connect(url, "test")
