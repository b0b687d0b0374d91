"""The guard on real servers: what it makes of messages before they are delivered, and when they are sent."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from agentcluster.messaging import Bus, connect
from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
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
