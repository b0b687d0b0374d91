"""An agent tells of the files it got or stored; nobody has it tell of others by knowing their digest."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from agentcluster import artifacts
from agentcluster.ids import new_id
from agentcluster.messaging import Bus
from agentcluster.streams.batch import BatchWriter
from agents.node.node import Node, profile
from agents.node.own_files import OwnFiles
from agents.tools import builtin
from tests.agents.client import Caller


@pytest.fixture
async def caller(bus: Bus, writer: BatchWriter) -> AsyncIterator[Caller]:
    node = Node(bus, writer, profile("files"), builtin(["memory", "json", "file-reader"]), processes=1)
    await node.start()
    yield await Caller.of(bus, node)
    await node.stop(finish_s=0)


def stored(content: bytes = b"salary\n1\n", media_type: str = "text/csv") -> dict[str, Any]:
    """The reference to a file that somebody else stored."""
    return artifacts.put_bytes(content, media_type, "a.csv").to_value()


async def test_a_text_read_as_json_gives_no_file(caller: Caller) -> None:
    text = msgspec.json.encode({"deep": [stored()]}).decode()
    reply = await caller.call("json", {"action": "parse", "text": text}, version="")
    assert reply.error is not None
    assert (reply.error.code, reply.error.retryable) == ("foreign_file", False)
    assert stored()["$artifact"]["digest"] in reply.error.message


async def test_nor_does_an_object_that_a_query_puts_together(caller: Caller) -> None:
    query = {"action": "query", "value": {"a": stored()["$artifact"]}, "path": '{"$artifact": a}'}
    reply = await caller.call("json", query, version="")
    assert reply.error is not None
    assert reply.error.code == "foreign_file"


async def test_nor_does_a_file_that_is_read_as_json(caller: Caller) -> None:
    holds = stored(msgspec.json.encode([stored()]), "text/plain")
    reply = await caller.call("json", {"action": "parse", "file": holds}, version="")
    assert reply.error is not None
    assert reply.error.code == "foreign_file"


async def test_what_an_agent_got_it_passes_on(caller: Caller) -> None:
    query = {"action": "query", "value": {"all": [{"file": stored()}]}, "path": "all[0].file"}
    reply = await caller.call("json", query, version="")
    assert reply.error is None
    assert stored() in reply.output.values()


async def test_what_was_remembered_is_told_again(caller: Caller) -> None:
    place = {"session": f"test:{new_id()}", "key": "report"}
    wrote = await caller.call("memory", {"action": "write", **place, "value": {"file": stored()}}, version="")
    assert wrote.error is None
    read = await caller.call("memory", {"action": "read", **place}, version="")
    assert read.output["value"] == {"file": stored()}


def test_a_json_file_that_was_stored_is_looked_into() -> None:
    with artifacts.noting() as noted:
        own = artifacts.put_bytes(b"own", "text/plain").to_value()
        holds = artifacts.put_bytes(msgspec.json.encode([stored(), own]), "application/json").to_value()
        noted.discard(stored()["$artifact"]["digest"])
    files = OwnFiles(b"{}", stored=noted)
    assert files.refuse(msgspec.json.encode({"body": own})) is None
    assert files.refuse(msgspec.json.encode({"body": holds})) is not None
    assert OwnFiles(msgspec.json.encode([stored()]), stored=noted).refuse(msgspec.json.encode([holds])) is None


def test_a_file_that_was_given_is_not_made_json_by_calling_it_so() -> None:
    given = stored()
    called = {"$artifact": {**given["$artifact"], "media_type": "application/json"}}
    assert OwnFiles(msgspec.json.encode(given)).refuse(msgspec.json.encode(called)) is not None
    assert OwnFiles(given).refuse(msgspec.json.encode(given)) is None
