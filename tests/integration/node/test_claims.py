"""Large values in an agent's input that travel as references (claim check)."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from agentcluster import artifacts
from agentcluster.messaging import Bus
from agentcluster.streams.batch import BatchWriter
from agents.node import claims
from agents.node.node import Node, profile
from tests.agents.client import Caller
from tests.agents.manifests import HEAVY


def apart(value: Any, media_type: str = "application/json") -> dict[str, Any]:
    return artifacts.put_bytes(msgspec.json.encode(value), media_type, "value.json").to_value()


@pytest.fixture
async def heavy(bus: Bus, writer: BatchWriter) -> AsyncIterator[Caller]:
    node = Node(bus, writer, profile("heavy"), HEAVY, processes=1)
    await node.start()
    yield await Caller.of(bus, node)
    await node.stop(finish_s=0)


ROWS = [{"n": number} for number in range(10_000)]


async def test_a_value_stands_where_the_schema_wants_one_and_a_file_where_it_wants_a_file(caller: Caller) -> None:
    wanted = {name: apart(["x"] * 9) for name in ("rows", "file", "either", "anything")}
    wanted |= {"text": apart("y" * 70_000), "options": apart({"a": 1, "b": 2}), "other": apart("z" * 3)}
    reply = await caller.call("sizes", wanted)
    assert reply.output == {
        "rows": ["list", 9],
        "text": ["str", 70_000],
        "options": ["dict", 2],
        "other": ["str", 3],
        "file": ["dict", 1],
        "either": ["dict", 1],
        "anything": ["dict", 1],
    }, reply


async def test_a_worker_process_gets_the_value_too(heavy: Caller) -> None:
    reply = await heavy.call("heavy-sizes", {"rows": apart(ROWS)})
    assert reply.output == {"rows": ["list", 10_000]}, reply


async def test_a_value_inside_a_value_comes_along(caller: Caller) -> None:
    reply = await caller.call("sizes", apart({"rows": apart(ROWS), "file": apart("x")}))
    assert reply.output == {"rows": ["list", 10_000], "file": ["dict", 1]}, reply


async def test_what_is_put_back_must_fit_the_schema(caller: Caller) -> None:
    reply = await caller.call("sizes", {"text": apart("y" * 100_001)})
    assert reply.error is not None
    assert (reply.error.code, reply.error.field) == ("invalid_input", "/text")


async def test_a_file_of_another_type_is_never_put_back(caller: Caller) -> None:
    reply = await caller.call("sizes", {"rows": apart([1], "text/csv")})
    assert reply.error is not None
    assert reply.error.code == "invalid_input"


async def test_a_value_that_is_gone_is_named(caller: Caller) -> None:
    gone = {
        "$artifact": {"digest": f"sha256:{'0' * 64}", "size": 3, "media_type": "application/json", "name": "rows.json"}
    }
    reply = await caller.call("sizes", {"rows": gone})
    assert reply.error is not None
    assert (reply.error.code, reply.error.field) == ("value_missing", "/rows")
    assert "rows.json" in reply.error.message


async def test_a_value_that_is_no_json_is_named(caller: Caller) -> None:
    spoilt = artifacts.put_bytes(b'{"a": [1, 2', "application/json", "rows.json").to_value()
    reply = await caller.call("sizes", {"rows": spoilt})
    assert reply.error is not None
    assert (reply.error.code, reply.error.field) == ("invalid_input", "/rows")


async def test_an_input_made_of_the_same_large_value_again_and_again_is_refused(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claims, "TOTAL_MAX", 100_000)
    large = apart("y" * 40_000)
    reply = await caller.call("sizes", {"a": large, "b": large, "c": large})
    assert reply.error is not None
    assert (reply.error.code, reply.error.field) == ("value_too_large", "/c")
