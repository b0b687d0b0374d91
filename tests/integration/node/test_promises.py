"""Contracts of agents, held by the node: what they take and give, with large values in their places."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import msgspec
import pytest

from agentcluster import artifacts
from agentcluster.messaging import Bus
from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agents.contracts.publishing import InUse, publish
from agents.domain.contracts.binding import Binding, StoredSchema
from agents.node.node import Node, profile
from tests.agents.client import Caller
from tests.agents.manifests import HEAVY, LIGHT

TEXT = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
SHORT = {"type": "object", "properties": {"text": {"type": "string", "maxLength": 69_000}}}
LONG = "x" * 100_000
Bind = Callable[..., Awaitable[Caller]]


def apart(value: Any) -> dict[str, Any]:
    return artifacts.put_bytes(msgspec.json.encode(value), "application/json", "value.json").to_value()


@asynccontextmanager
async def bound(
    bus: Bus, writer: BatchWriter, contracts: dict[str, tuple[str, Any]]
) -> AsyncIterator[tuple[Node, Caller]]:
    """A node that holds agents to these contracts: type and schema, by ``agent.<name>.<side>``."""
    bindings, schemas = [], {}
    for number, (name, (kind, schema)) in enumerate(contracts.items(), 1_000):
        bindings.append(Binding(name, name, kind, number, "1.0.0", {number: "1.0.0"}))
        schemas[number] = StoredSchema(number, kind, schema if isinstance(schema, str) else json.dumps(schema))
    await publish(bus, InUse(bindings, schemas))
    node = Node(bus, writer, profile("promises"), (*LIGHT, *HEAVY), processes=1)
    await node.start()
    try:
        yield node, await Caller.of(bus, node)
    finally:
        await node.stop(finish_s=0)
        await publish(bus, InUse())


@pytest.fixture
async def bind(bus: Bus, writer: BatchWriter) -> AsyncIterator[Bind]:
    async with AsyncExitStack() as stack:

        async def enter(**contracts: Any) -> Caller:
            named = {name.replace("__", "."): each for name, each in contracts.items()}
            _, caller = await stack.enter_async_context(bound(bus, writer, {f"agent.{k}": v for k, v in named.items()}))
            return caller

        yield enter


AVRO = '{"type": "record", "name": "I", "fields": [{"name": "text", "type": "string"}]}'
PROTO = 'syntax = "proto3"; message I { string text = 1; }'


@pytest.mark.parametrize("contract", [("JSON", TEXT), ("AVRO", AVRO), ("PROTOBUF", PROTO)])
@pytest.mark.parametrize("agent", ["sizes", "echo"])
async def test_a_large_value_of_an_input_is_what_the_contract_says(bind: Bind, contract: Any, agent: str) -> None:
    caller = await bind(**{f"{agent}__input": contract})
    reply = await caller.call(agent, {"text": apart(LONG)})
    assert reply.error is None, reply.error
    # The agent echo takes anything; it gets the text its contract speaks of, too.
    assert reply.output == {"text": ["str", 100_000]} or len(artifact(reply.output["input"])["text"]) == 100_000


async def test_a_large_value_that_breaks_the_contract_is_refused_and_kept(bind: Bind, writer: BatchWriter) -> None:
    caller = await bind(sizes__input=("JSON", SHORT))
    reply = await caller.call("sizes", {"text": apart(LONG)})
    assert reply.error is not None
    assert (reply.error.code, "/text" in reply.error.message) == ("contract_broken", True)
    (kept,) = await writer.execute("XREVRANGE", keys.rejected("agent.sizes.input"), "+", "-", "COUNT", 1)
    told = msgspec.json.decode(kept[1][1])
    assert (told["side"], told["errors"][0]["field"], told["size"] > 100_000) == ("input", "/text", True)
    assert told["payload"].startswith('{"text":"xxx')


@pytest.mark.parametrize("agent", ["large", "heavy-large"])
async def test_a_large_value_of_an_output_is_what_the_contract_says(bind: Bind, agent: str) -> None:
    wanted = {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}
    caller = await bind(
        **{f"{agent}__output": ("JSON", {**wanted, "additionalProperties": {"type": ["string", "integer"]}})}
    )
    reply = await caller.call(agent, {})
    assert reply.error is None, reply.error
    assert "$artifact" in reply.output["text"]


async def test_a_large_output_that_is_no_object_is_what_the_contract_says(bind: Bind) -> None:
    caller = await bind(large__output=("JSON", {"type": "array", "items": {"type": "string"}, "minItems": 1000}))
    reply = await caller.call("large", {"list": True})
    assert reply.error is None, reply.error


async def test_a_large_value_of_an_output_that_breaks_the_contract_is_refused(bind: Bind) -> None:
    caller = await bind(large__output=("JSON", SHORT))
    reply = await caller.call("large", {})
    assert reply.error is not None
    assert (reply.error.code, "/text" in reply.error.message) == ("contract_broken", True)


async def test_a_file_stays_a_file(bind: Bind) -> None:
    caller = await bind(sizes__input=("JSON", {"type": "object", "properties": {"file": {"type": "object"}}}))
    reply = await caller.call("sizes", {"file": apart([1, 2, 3])})
    assert reply.output == {"file": ["dict", 1]}, reply


async def test_a_value_that_is_gone_is_named(bind: Bind) -> None:
    caller = await bind(echo__input=("JSON", TEXT))
    gone = {"digest": f"sha256:{'0' * 64}", "size": 3, "media_type": "application/json", "name": "text.json"}
    reply = await caller.call("echo", {"text": {"$artifact": gone}})
    assert reply.error is not None
    assert (reply.error.code, reply.error.field) == ("value_missing", "/text")


def artifact(value: Any) -> Any:
    """Return the value a reference stands for."""
    return msgspec.json.decode(artifacts.read_bytes(artifacts.ArtifactRef.from_value(value)))
