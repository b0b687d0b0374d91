"""``$SRV`` as the stock protocol has it (ADR-32): the schemas, the subjects, and instances that come and go (B6).

The stock service of nats-py runs beside ours: whoever asks for everybody hears both, in the same words.
"""

import asyncio
import json
from typing import Any

import jsonschema
import nats
import nats.micro
import pytest
from nats.aio.client import Client
from nats.micro.service import ServiceInfo, ServicePing, ServiceStats

from agents.node.hosted import host
from agents.node.node import Node
from tests.agents.client import Caller
from tests.agents.manifests import manifest

NAME, VERSION = r"^[a-zA-Z0-9_-]+$", r"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$"
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
IDENTITY = {
    "name": {"type": "string", "pattern": NAME},
    "id": {"type": "string", "minLength": 1},
    "version": {"type": "string", "pattern": VERSION},
    "metadata": TEXTS,
}
COUNT = {"type": "integer", "minimum": 0}
ENDPOINT = {
    "name": {"type": "string", "pattern": NAME},
    "subject": {"type": "string"},
    "queue_group": {"type": "string"},
}
FIGURES = dict.fromkeys(("num_requests", "num_errors", "processing_time", "average_processing_time"), COUNT)


def schema(kind: str, more: dict[str, Any]) -> dict[str, Any]:
    fields = {**IDENTITY, "type": {"const": f"io.nats.micro.v1.{kind}_response"}, **more}
    return {"type": "object", "properties": fields, "required": [*fields], "additionalProperties": False}


def endpoints(optional: dict[str, Any], **fields: Any) -> dict[str, Any]:
    item = {
        "type": "object",
        "properties": {**ENDPOINT, **fields, **optional},
        "required": [*ENDPOINT, *fields],
        "additionalProperties": False,
    }
    return {"type": "array", "items": item, "minItems": 1}


SCHEMAS = {
    "PING": schema("ping", {}),
    "INFO": schema(
        "info",
        {
            "description": {"type": "string"},
            "endpoints": endpoints({"metadata": {**TEXTS, "type": ["object", "null"]}}),
        },
    ),
    "STATS": schema(
        "stats",
        {
            "started": {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"},
            "endpoints": endpoints({"data": {}}, **FIGURES, last_error={"type": ["string", "null"]}),
        },
    ),
}
READERS = {"PING": ServicePing, "INFO": ServiceInfo, "STATS": ServiceStats}


class Asking:
    """Whoever lists services: one request, all answers that come within a moment."""

    def __init__(self, client: Client) -> None:
        self.client = client

    async def ask(self, verb: str, *address: str, wait_s: float = 0.3) -> list[dict[str, Any]]:
        inbox = self.client.new_inbox()
        subscription = await self.client.subscribe(inbox)
        await self.client.publish(".".join(("$SRV", verb, *address)), b"", reply=inbox)
        await self.client.flush()
        await asyncio.sleep(wait_s)
        answers = []
        while subscription.pending_msgs:
            message = await subscription.next_msg()
            # Without data: the server's own note that nobody listens there.
            answers += [json.loads(message.data)] if message.data else []
        await subscription.unsubscribe()
        for answer in answers:
            jsonschema.validate(answer, SCHEMAS[verb])
            READERS[verb].from_dict(answer)
        return answers

    async def until(self, count: int, verb: str, *address: str) -> None:
        """Ask until so many answer: on a busy machine a moment may be too short."""
        for _ in range(30):
            if len(await self.ask(verb, *address)) == count:
                return
        raise AssertionError(f"never {count} answers to {verb} {address}")


@pytest.fixture
async def asking(nats_url: str) -> Any:
    client = await nats.connect(nats_url)
    yield Asking(client)
    await client.close()


@pytest.mark.parametrize("verb", SCHEMAS)
async def test_each_verb_is_answered_by_all_by_name_and_by_id(verb: str, asking: Asking, node: Node) -> None:
    everybody = {answer["id"] for answer in await asking.ask(verb)}
    assert {hosted.instance for hosted in node.agents} <= everybody
    (mine,) = [hosted for hosted in node.agents if hosted.name == "echo"]
    assert [answer["id"] for answer in await asking.ask(verb, "echo")] == [mine.instance]
    (answer,) = await asking.ask(verb, "echo", mine.instance)
    assert (answer["name"], answer["version"]) == ("echo", "1.2.0")
    assert await asking.ask(verb, "nobody") == []
    assert await asking.ask(verb, "echo", "another") == []


@pytest.mark.parametrize("verb", SCHEMAS)
async def test_the_stock_service_answers_in_the_same_words(verb: str, asking: Asking, node: Node) -> None:
    stock = await nats.micro.add_service(asking.client, name="stock", version="0.1.0", description="A stock service")

    async def handler(request: Any) -> None:
        await request.respond(b"")

    await stock.add_endpoint(name="default", handler=handler)
    answers = await asking.ask(verb)
    await stock.stop()
    assert {"stock", "echo"} <= {answer["name"] for answer in answers}
    theirs = next(answer for answer in answers if answer["name"] == "stock")
    ours = next(answer for answer in answers if answer["name"] == "echo")
    assert theirs.keys() == ours.keys()
    if verb != "PING":
        assert theirs["endpoints"][0].keys() - {"data", "metadata"} == ours["endpoints"][0].keys() - {
            "data",
            "metadata",
        }


async def test_instances_that_come_and_go_are_seen_at_once(asking: Asking, node: Node) -> None:
    late = host(manifest("strict"), f"strict-late-{node.profile.node_id}")
    before = len(await asking.ask("PING", "strict"))
    await node.hosting.add(late)
    await asking.until(before + 1, "PING", "strict")
    await asking.until(1, "INFO", "strict", late.instance)
    await node.hosting.remove(late, 0)
    await asking.until(before, "PING", "strict")
    await asking.until(0, "INFO", "strict", late.instance)


async def test_the_figures_count_calls_and_errors(asking: Asking, node: Node, caller: Caller) -> None:
    await caller.call("echo", {"n": 1})
    await caller.call("failing", {})
    (echo,) = await asking.ask("STATS", "echo")
    (failing,) = await asking.ask("STATS", "failing")
    assert (echo["endpoints"][0]["num_requests"], echo["endpoints"][0]["num_errors"]) == (1, 0)
    assert echo["endpoints"][0]["processing_time"] > 0
    assert failing["endpoints"][0]["num_errors"] == 1
    assert failing["endpoints"][0]["last_error"].startswith("agent_error: ")


async def test_the_endpoint_that_is_told_takes_calls(asking: Asking, node: Node, caller: Caller) -> None:
    (echo,) = await asking.ask("INFO", "echo")
    endpoint = echo["endpoints"][0]
    assert (endpoint["subject"], endpoint["queue_group"]) == ("agent.echo.invoke.v1", "agents")
    assert endpoint["metadata"]["instance_subject"] == f"agent.{echo['id']}.invoke.v1"
