"""The guard on real servers: what it makes of messages before they are delivered, and when they are sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
import pytest

from agentcluster.messaging import Bus, connect
from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agents.contracts.errors import MessageBrokenError
from agents.contracts.formats import SchemaType, parse
from agents.contracts.guard import Guard
from agents.contracts.publishing import InUse, publish
from agents.contracts.wire import frame
from agents.domain.contracts.binding import Binding, StoredSchema

NAME = "guarded.v1"
V1 = '{"type":"record","name":"O","fields":[{"name":"id","type":"long"}]}'
V2 = '{"type":"record","name":"O","fields":[{"name":"id","type":"long"},{"name":"note","type":"string","default":"none"}]}'
OTHER = '{"type":"record","name":"O","fields":[{"name":"other","type":"string"}]}'
PLAIN = '{"type":"object","properties":{"id":{"type":"integer"}}}'


@pytest.fixture
async def bus(nats_url: str) -> AsyncIterator[Bus]:
    async with await connect(nats_url, "test") as one:
        yield one


@pytest.fixture
async def writer(redis_url: str) -> AsyncIterator[BatchWriter]:
    one = BatchWriter(redis_url)
    await one.execute("DEL", keys.rejected(NAME))
    yield one
    await one.close()


@asynccontextmanager
async def guarding(bus: Bus, writer: BatchWriter, *texts: str, kind: str = "AVRO") -> AsyncIterator[Guard]:
    """A guard for a contract with these versions: 1.0.0, 1.1.0, …, their schemas 1, 2, …."""
    schemas = {number: StoredSchema(number, kind, text) for number, text in enumerate(texts, 1)}
    accepted = {number: f"1.{number - 1}.0" for number in schemas}
    newest = len(texts)
    await publish(bus, InUse([Binding(NAME, NAME, kind, newest, accepted[newest], accepted)], schemas))
    guard = Guard(bus, writer)
    await guard.start()
    try:
        yield guard
    finally:
        await guard.stop()
        await publish(bus, InUse())


def written(text: str, value: Any, number: int, kind: SchemaType = SchemaType.AVRO) -> bytes:
    return frame(number, parse(kind, text).encode(value))


async def test_an_old_message_comes_as_the_newest_version(bus: Bus, writer: BatchWriter) -> None:
    async with guarding(bus, writer, V1, V2) as guard:
        message = await guard.open(NAME, written(V1, {"id": 7}, 1), {})
    assert message is not None
    assert message.payload == {"id": 7, "note": "none"}
    assert (message.schema.subject, message.schema.version) == (NAME, "1.0.0")


async def test_an_old_message_that_the_newest_version_cannot_read_comes_as_it_was_written(
    bus: Bus, writer: BatchWriter
) -> None:
    async with guarding(bus, writer, V1, OTHER) as guard:
        message = await guard.open(NAME, written(V1, {"id": 7}, 1), {})
    assert message is not None
    assert message.payload == {"id": 7}


TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
GOOD = {"Schema-Subject": NAME, "schema-version": "1.1.0", "SCHEMA-ID": "2", "Message-Timestamp": "1700000000000"}
WRONG = [
    ("Schema-Subject", "other.v9"),
    ("schema-subject", ""),
    ("Schema-Version", "9.9.9"),
    ("Schema-Version", "1.0.0"),
    ("Schema-Id", "77"),
    ("Schema-Id", "two"),
    ("Message-Timestamp", "yesterday"),
    ("Message-Timestamp", "-1"),
    ("traceparent", "garbage"),
    ("traceparent", TRACE.upper()),
    ("traceparent", "00-" + "0" * 32 + TRACE[35:]),
    ("traceparent", f"{TRACE}-more"),
    ("traceparent", f"ff{TRACE[2:]}"),
]


@pytest.mark.parametrize(("header", "text"), WRONG)
async def test_an_envelope_that_is_wrong_is_rejected(bus: Bus, writer: BatchWriter, header: str, text: str) -> None:
    async with guarding(bus, writer, V1, V2) as guard:
        with pytest.raises(MessageBrokenError) as delivered:
            await guard.open(NAME, written(V2, {"id": 7}, 2), {header: text})
        with pytest.raises(MessageBrokenError) as sent:
            await guard.seal(NAME, b'{"id": 7}', {header: text})
    for refused in (delivered, sent):
        assert header.lower() in refused.value.message.lower()
    kept = await writer.execute("XRANGE", keys.rejected(NAME), "-", "+")
    entries = [msgspec.json.decode(entry[1][1]) for entry in kept]
    assert [(entry["side"], entry["headers"]) for entry in entries] == [
        ("deliver", {header: text}),
        ("send", {header: text}),
    ]


@pytest.mark.parametrize("trace", [TRACE, f"cc{TRACE[2:]}-what-comes-later"])
async def test_an_envelope_that_is_right_or_absent_is_taken(bus: Bus, writer: BatchWriter, trace: str) -> None:
    async with guarding(bus, writer, V1, V2) as guard:
        message = await guard.open(NAME, written(V2, {"id": 7}, 2), {**GOOD, "traceparent": trace, "Colour": "red"})
        plain = await guard.open(NAME, written(V2, {"id": 7}, 2), {})
    assert message is not None
    assert plain is not None
    assert (message.trace_id, message.timestamp) == ("4bf92f3577b34da6a3ce929d0e0e4736", 1_700_000_000_000)
    assert (plain.trace_id, plain.payload) == ("", {"id": 7, "note": "none"})


async def test_what_is_sent_says_what_it_is_once(bus: Bus, writer: BatchWriter) -> None:
    async with guarding(bus, writer, V1, V2) as guard:
        sealed = await guard.seal(NAME, b'{"id": 7}', {**GOOD, "content-type": "application/json", "Colour": "red"})
        assert sealed is not None
        opened = await guard.open(NAME, sealed.data, sealed.headers)
    assert opened is not None
    assert sealed.headers.keys() == {
        *("Content-Type", "Schema-Id", "Schema-Subject", "Schema-Version", "Message-Timestamp", "Colour")
    }
    assert sealed.headers["Content-Type"] == "avro/binary"


async def test_plain_json_is_of_the_version_its_headers_name(bus: Bus, writer: BatchWriter) -> None:
    closed = PLAIN.replace("}}}", '}},"required":["id"]}')
    async with guarding(bus, writer, PLAIN, closed, kind="JSON") as guard:
        for headers in ({"Schema-Version": "1.0.0"}, {"Schema-Id": "1"}, {"Schema-Id": "1", "Schema-Version": "1.0.0"}):
            message = await guard.open(NAME, b"{}", headers)
            assert message is not None
            assert message.schema.version == "1.0.0"
        for headers in (
            {},
            {"Schema-Id": "3"},
            {"Schema-Version": "2.0.0"},
            {"Schema-Id": "1", "Schema-Version": "1.1.0"},
        ):
            with pytest.raises(MessageBrokenError):
                await guard.open(NAME, b"{}", headers)
