"""Calls of agents with an Avro or Protobuf contract: input and output travel as the contract says."""

import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from io import BytesIO
from typing import Any

import fastavro
import msgspec
import pytest
from asgiref.sync import sync_to_async

from agentcluster import artifacts
from agentcluster.messaging import Received
from agentcluster.streams import keys
from agents.contracts.models import Schema
from agents.contracts.publishing import InUse, in_use, publish
from agents.contracts.wire import unpacked
from designer.domain import events as ev
from designer.domain.graph import AgentNode
from tests.contracts import bind
from tests.integration.engine.lab import Lab, line
from tests.waiting import until

ASKED = """{"type": "record", "name": "Asked", "fields": [
    {"name": "text", "type": "string"}, {"name": "count", "type": "long"}, {"name": "note", "type": "string", "default": "none"}
]}"""
GIVEN = """{"type": "record", "name": "Given", "fields": [
    {"name": "input", "type": "Asked"}, {"name": "call_id", "type": "string"}, {"name": "idempotency_key", "type": "string"},
    {"name": "rate", "type": "double", "default": 1.5}
]}""".replace('"Asked"', ASKED, 1)
PROTO = 'syntax = "proto3"; message Given { Asked input = 1; string call_id = 2; string idempotency_key = 3; } '
PROTO += "message Asked { string text = 1; int64 count = 2; repeated string tags = 3; map<string, int64> more = 4; }"
PROTO_ASKED = 'syntax = "proto3"; message Asked { string text = 1; int64 count = 2; repeated string tags = 3; '
PROTO_ASKED += "map<string, int64> more = 4; }"
BIG = 9_007_199_254_740_993


class Wire:
    """What travels between engine and node."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.replies: list[dict[str, Any]] = []

    def on_request(self, message: Received) -> None:
        self.requests.append(msgspec.json.decode(message.data)["payload"])

    def on_reply(self, message: Received) -> None:
        if message.data:
            self.replies.append(msgspec.json.decode(message.data)["payload"])


Bound = Callable[..., Awaitable[Wire]]


@pytest.fixture
async def bound(lab: Lab) -> AsyncIterator[Bound]:
    """A node and an engine, with contracts: type and schema, by ``<agent>_<side>``."""

    async def begin(**contracts: tuple[str, str]) -> Wire:
        for name, (kind, text) in contracts.items():
            await sync_to_async(bind)(f"agent.{name.replace('_', '.')}", text, kind)
        await publish(lab.bus, await sync_to_async(in_use)())
        wire = Wire()
        await lab.bus.subscribe("agent.*.invoke.v1", wire.on_request)
        await lab.bus.subscribe("engine.*.replies.v1.*", wire.on_reply)
        await lab.start_node()
        lab.start_engine()
        return wire

    yield begin
    await publish(lab.bus, InUse())


def echo(**input: Any) -> AgentNode:
    return AgentNode(id="ask", agent="echo", input=input)


def asked(**more: Any) -> AgentNode:
    return echo(text="Ada", count=BIG, **more)


OUTPUT = {"echoed": "${ steps.ask }"}


def read(framed: str, text: str) -> Any:
    """Return what an Avro client makes of what travelled."""
    data = base64.b64decode(framed)
    assert data[:1] == b"\0"
    return fastavro.schemaless_reader(BytesIO(data[5:]), fastavro.parse_schema(json.loads(text)), None)


async def test_input_and_output_travel_in_avro(lab: Lab, bound: Bound) -> None:
    wire = await bound(echo_input=("AVRO", ASKED), echo_output=("AVRO", GIVEN))
    (run_id,) = await lab.start(line(asked(), output=OUTPUT))
    (run,) = await lab.ended(run_id)
    assert run.status == "completed", run.error
    (request,), (reply,) = wire.requests, [each for each in wire.replies if each["status"] == "ok"]
    seen = {"text": "Ada", "count": BIG, "note": "none"}
    assert (request["input_as"], read(request["input"], ASKED)) == ("contract", seen)
    schema = await Schema.objects.aget(digest="test:agent.echo.input")
    assert base64.b64decode(request["input"])[:5] == b"\0" + schema.pk.to_bytes(4, "big")
    assert (reply["output_as"], read(reply["output"], GIVEN)["rate"]) == ("contract", 1.5)
    given = run.output["echoed"]
    assert (given["input"], given["rate"]) == (seen, 1.5)
    kept = msgspec.json.decode(lab.client.get(keys.call(request["call_id"])))
    assert (kept["output"], "output_as" in kept) == (given, False)
    assert await lab.seen(run_id, ev.StepCompleted)
    await lab.check(run_id, steps=2)


async def test_input_and_output_travel_in_protobuf_and_keep_their_numbers(lab: Lab, bound: Bound) -> None:
    wire = await bound(echo_input=("PROTOBUF", PROTO_ASKED), echo_output=("PROTOBUF", PROTO))
    (run_id,) = await lab.start(line(asked(more={"a": BIG}), output=OUTPUT))
    (run,) = await lab.ended(run_id)
    assert run.status == "completed", run.error
    assert b"Ada" in base64.b64decode(wire.requests[0]["input"])
    assert {each.get("output_as") for each in wire.replies if each["status"] == "ok"} == {"contract"}
    assert run.output["echoed"]["input"] == {"text": "Ada", "count": BIG, "tags": [], "more": {"a": BIG}}


async def test_what_breaks_the_contract_is_refused_by_the_node_and_kept(lab: Lab, bound: Bound) -> None:
    wire = await bound(echo_input=("AVRO", ASKED))
    (run_id,) = await lab.start(line(echo(text="Ada", count="many")))
    (run,) = await lab.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", "contract_broken")
    assert wire.requests[0]["input"] == {"text": "Ada", "count": "many"}
    (entry,) = lab.client.xrange(keys.rejected("agent.echo.input"))
    assert msgspec.json.decode(entry[1][b"d"])["errors"][0]["field"] == "/count"


async def test_large_values_travel_as_references_and_are_held_to_the_contract(lab: Lab, bound: Bound) -> None:
    wire = await bound(echo_input=("AVRO", ASKED), echo_output=("AVRO", GIVEN))
    text = "x" * 100_000
    large = artifacts.put_bytes(msgspec.json.encode(text), "application/json", "text.json").to_value()
    (run_id,) = await lab.start(line(echo(text=large, count=1), output=OUTPUT))
    (run,) = await lab.ended(run_id)
    assert run.status == "completed", run.error
    assert ("input_as" in wire.requests[0], wire.requests[0]["output_as"]) == (False, "contract")
    whole = msgspec.json.decode(artifacts.read_bytes(artifacts.ArtifactRef.from_value(run.output["echoed"]["input"])))
    assert whole == {"text": text, "count": 1, "note": "none"}


async def test_a_reply_that_is_spoilt_is_found_in_the_ledger(lab: Lab, bound: Bound) -> None:
    await bound(echo_output=("AVRO", GIVEN))
    node = lab.nodes[0]
    true = node.service.send

    def spoil(subject: str, reply: bytes, trace_id: str) -> None:
        told = msgspec.json.decode(reply)
        if told.get("output_as") == "contract":
            told["output"] = base64.b64encode(unpacked(told["output"])[:5] + b"rubbish").decode()
        true(subject, msgspec.json.encode(told), trace_id)

    node.service.send = spoil
    (run_id,) = await lab.start(line(asked(note="b"), output=OUTPUT))
    (run,) = await lab.ended(run_id)
    assert (run.status, run.output["echoed"]["rate"]) == ("completed", 1.5), run.error


async def test_agents_without_a_contract_are_called_as_ever(lab: Lab, bound: Bound) -> None:
    wire = await bound(counted_input=("AVRO", ASKED))
    (run_id,) = await lab.start(line(asked()))
    (run,) = await lab.ended(run_id)
    assert run.status == "completed", run.error
    await until(lambda: wire.replies)
    assert wire.requests[0]["input"] == {"text": "Ada", "count": BIG}
    assert not {"input_as", "output_as"} & (wire.requests[0].keys() | wire.replies[-1].keys())
