"""The system's own messages that a node cannot read: seen in the registry as those that break any contract."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from agentcluster import subjects
from agentcluster.envelope import Message, SchemaRef
from agentcluster.ids import new_trace_id
from agentcluster.messaging import BadMessageError, Bus, Received
from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agents.contracts.system import TYPES
from agents.contracts.unreadable import WAITING_MAX, Unreadable
from agents.domain.intents import REQUEST_MAX
from agents.node.node import Node
from tests.waiting import until

CONTRACTS = ("agent.invoke.v1", "agent.control.v1", "node.control.v1", "intent.request.v1", "intent.award.v1")


SPOILT = b'{"payload": "spoilt'


@pytest.fixture(autouse=True)
async def clean(writer: BatchWriter) -> AsyncIterator[None]:
    yield
    for contract in CONTRACTS:
        await writer.execute("DEL", keys.rejected(contract))
        await writer.execute("HDEL", keys.REJECTED, contract)


async def counted(writer: BatchWriter, contract: str) -> int:
    return int(await writer.execute("HGET", keys.REJECTED, contract) or 0)


async def kept(writer: BatchWriter, contract: str, data: bytes) -> dict[str, Any]:
    """Return what was kept of a message, once it was."""
    async with asyncio.timeout(15):
        while True:
            found = await writer.execute("XRANGE", keys.rejected(contract), "-", "+")
            for told in (msgspec.json.decode(entry[1][1]) for entry in found):
                if told["size"] == len(data) and data.startswith(told["payload"].encode()):
                    return dict(told)
            await asyncio.sleep(0.02)


@pytest.fixture
async def alerts(bus: Bus) -> list[dict[str, Any]]:
    told: list[dict[str, Any]] = []
    await bus.subscribe(subjects.CONTRACT_ALERT, lambda message: told.append(msgspec.json.decode(message.data)))
    return told


async def test_a_request_that_cannot_be_read_is_answered_counted_kept_and_told(
    bus: Bus, node: Node, writer: BatchWriter, alerts: list[dict[str, Any]]
) -> None:
    answers: list[Received] = []
    await bus.subscribe("test.answers", answers.append)
    instance = node.hosting.find(node.agents[0].instance)
    assert instance is not None
    subject = subjects.invoke(instance.instance)
    bus.send(subject, SPOILT, "test.answers", {"Colour": "red", "Authorization": "secret"})
    await until(lambda: answers and alerts)
    assert msgspec.json.decode(answers[0].data)["payload"]["error"]["code"] == "bad_message"
    told = await kept(writer, "agent.invoke.v1", SPOILT)
    assert (told["subject"], told["side"], told["by"]) == (subject, "deliver", node.profile.node_id)
    assert (told["payload"], told["headers"]) == (SPOILT.decode(), {"Colour": "red"})
    assert "agent.invoke.v1" in told["errors"][0]["message"]
    assert await counted(writer, "agent.invoke.v1") == 1
    assert (alerts[0]["contract"], alerts[0]["count"]) == ("agent.invoke.v1", 1)


async def test_so_are_controls_orders_intents_and_awards(bus: Bus, node: Node, writer: BatchWriter) -> None:
    other = msgspec.json.encode(Message(new_trace_id(), 1, SchemaRef("something.else.v1"), {"action": "cancel"}))
    instance = node.agents[0].instance
    for subject in (
        subjects.control(instance),
        subjects.node_control(node.profile.node_id),
        subjects.INTENT_REQUEST,
        subjects.INTENT_AWARD,
    ):
        bus.send(subject, other)
    for contract in CONTRACTS[1:]:
        told = await kept(writer, contract, other)
        assert contract in told["errors"][0]["message"]
        assert told["by"] == node.profile.node_id


async def test_a_flood_is_counted_whole_and_kept_in_part(bus: Bus, writer: BatchWriter) -> None:
    unreadable = Unreadable(bus, writer, "test")
    schema, error = SchemaRef("agent.invoke.v1"), BadMessageError("This is no message.")
    for number in range(WAITING_MAX * 3):
        unreadable.note(schema, error, "agent.x.invoke.v1", b"%d" % number)
    await unreadable.stop()
    assert await counted(writer, "agent.invoke.v1") == WAITING_MAX * 3
    assert await writer.execute("XLEN", keys.rejected("agent.invoke.v1")) <= WAITING_MAX


async def test_an_intent_that_is_too_long_is_one_of_them(bus: Bus, node: Node, writer: BatchWriter) -> None:
    long = b"x" * (REQUEST_MAX + 1)
    bus.send(subjects.INTENT_REQUEST, long)
    assert "at most" in (await kept(writer, "intent.request.v1", long))["errors"][0]["message"]


def test_each_of_them_is_a_contract_of_the_registry() -> None:
    assert set(CONTRACTS) <= TYPES.keys()
