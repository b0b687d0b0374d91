"""What agents may use of the outside: publishing with the server's word for it, and Redis."""

import nats
import pytest

from agentcluster.messaging import Bus, Received
from tests.agents.client import Caller


async def test_a_message_on_a_plain_subject_arrives_with_its_headers_and_the_trace(bus: Bus, caller: Caller) -> None:
    received: list[Received] = []
    await bus.subscribe("orders.plain.placed", received.append)
    reply = await caller.call(
        "publishing", {"subject": "orders.plain.placed", "text": "one", "headers": {"Colour": "red"}}
    )
    assert reply.output == {"stream": "", "seq": 0, "duplicate": False}, reply
    await bus.flush()
    (message,) = received
    assert message.data == b"one"
    assert (message.headers or {})["Colour"] == "red"
    assert caller.trace_id in (message.headers or {})["traceparent"]


async def test_a_stream_that_captures_the_subject_confirms_and_drops_repeats(nats_url: str, caller: Caller) -> None:
    client = await nats.connect(nats_url)
    try:
        stream = client.jetstream()
        await stream.add_stream(name="PORTS", subjects=["ports.>"])
        wanted = {"subject": "ports.placed", "text": "one", "once": True}
        first = await caller.call("publishing", wanted, "run/step/1")
        assert first.output == {"stream": "PORTS", "seq": 1, "duplicate": False}, first
        again = await caller.call("publishing", {**wanted, "text": "two"}, "run/other/1")
        assert again.output == {"stream": "PORTS", "seq": 2, "duplicate": False}
        context_key = await stream.get_msg("PORTS", 1)
        assert (context_key.headers or {})["Nats-Msg-Id"] == "key-run/step/1"
        await stream.publish("ports.placed", b"x", headers={"Nats-Msg-Id": "key-run/third/1"})
        third = await caller.call("publishing", wanted, "run/third/1")
        assert third.output == {"stream": "PORTS", "seq": 3, "duplicate": True}
    finally:
        await client.jetstream().delete_stream("PORTS")
        await client.close()


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "a b",
        "a..b",
        "a.*",
        "a.>",
        ".a",
        "a.",
        "$SYS.x",
        "_INBOX.x",
        "agent.echo.invoke.v1",
        "engine.w.x",
        "intent.x",
        "a" * 256,
    ],
)
async def test_subjects_of_the_system_and_wildcards_are_refused(caller: Caller, subject: str) -> None:
    reply = await caller.call("publishing", {"subject": subject, "text": "one"})
    assert reply.error is not None
    assert reply.error.code == "bad_subject"


async def test_a_message_over_the_servers_limit_is_refused(caller: Caller) -> None:
    reply = await caller.call("publishing", {"subject": "orders.large", "text": "x", "times": 2_000_000})
    assert reply.error is not None
    assert reply.error.code == "message_too_large"


async def test_an_agent_on_the_loop_has_redis(caller: Caller) -> None:
    reply = await caller.call("remembering", {"name": "colour", "value": "red"})
    assert reply.output == {"value": "red"}, reply
