"""``memory``, ``nats-emit``, ``llm-router`` and ``planner`` as a node hosts them, on real servers."""

from collections.abc import AsyncIterator
from typing import Any

import msgspec
import nats
import pytest

from agentcluster import artifacts
from agentcluster.ids import new_id
from agentcluster.messaging import Bus, Received
from agentcluster.streams.batch import BatchWriter
from agents.domain.calls import CallError
from agents.node.node import Node, profile
from agents.tools import CallContext, builtin
from agents.tools.context import Ports
from agents.tools.memory.run import run as remember
from tests.agents.client import Caller


@pytest.fixture
async def caller(bus: Bus, writer: BatchWriter) -> AsyncIterator[Caller]:
    node = Node(bus, writer, profile("test"), builtin(["memory", "nats-emit", "llm-router", "planner"]), processes=1)
    await node.start()
    yield await Caller.of(bus, node)
    await node.stop(finish_s=0)


@pytest.fixture
def session() -> str:
    return f"test:{new_id()}"


async def ask(caller: Caller, agent: str, input: dict[str, Any], call_id: str = "") -> Any:
    reply = await caller.call(agent, input, call_id, version="")
    assert reply.error is None, reply.error
    return reply.output


async def refusal(caller: Caller, agent: str, input: dict[str, Any]) -> CallError:
    reply = await caller.call(agent, input, version="")
    assert reply.error is not None, reply.output
    return reply.error


async def test_what_one_step_writes_another_reads(caller: Caller, session: str) -> None:
    place = {"session": session, "key": "customer"}
    nothing = await ask(caller, "memory", {"action": "read", **place, "default": {"name": ""}})
    assert (nothing["found"], nothing["value"]) == (False, {"name": ""})
    written = await ask(caller, "memory", {"action": "write", **place, "value": {"b": 1, "a": []}, "ttl_s": 60})
    assert written["revision"] == 1
    read = await ask(caller, "memory", {"action": "read", **place})
    assert (read["value"], read["revision"], 0 < read["expires_s"] <= 60) == ({"a": [], "b": 1}, 1, True)
    again = {"action": "write", **place, "value": 2, "expect": {"a": [], "b": 1}}
    assert (await ask(caller, "memory", again))["revision"] == 2
    error = await refusal(caller, "memory", again)
    assert (error.code, error.retryable, error.data) == ("memory_conflict", False, {"found": "2", "revision": 2})
    assert (await ask(caller, "memory", {"action": "delete", **place}))["found"]
    assert (await ask(caller, "memory", {"action": "write", **place, "value": None, "expect": None}))["revision"] == 1


async def test_a_list_grows_once_for_each_step_however_often_it_is_tried(
    caller: Caller, writer: BatchWriter, session: str
) -> None:
    append = {"action": "append", "session": session, "key": "log"}
    await ask(caller, "memory", {**append, "value": "one"})
    # As the node calls it twice for one step: another attempt, the same idempotency key.
    context = CallContext(idempotency_key="run/step", ports=Ports(redis=writer))
    first = await remember({**append, "value": "two"}, context)
    second = await remember({**append, "value": "two"}, context)
    assert (first["repeated"], second["repeated"], second["entry"] == first["entry"]) == (False, True, True)
    read = await ask(caller, "memory", {"action": "read", "session": session, "key": "log"})
    assert (read["value"], read["count"]) == (["one", "two"], 2)


async def test_keys_are_listed_by_prefix(caller: Caller, session: str) -> None:
    for key in ("b2", "b1", "a"):
        await ask(caller, "memory", {"action": "write", "session": session, "key": key, "value": 1})
    await ask(caller, "memory", {"action": "append", "session": session, "key": "b3", "value": 1})
    output = await ask(caller, "memory", {"action": "list", "session": session, "prefix": "b", "limit": 2})
    assert (output["keys"], output["count"]) == ([{"key": "b1", "kind": "value"}, {"key": "b2", "kind": "value"}], 3)


@pytest.mark.parametrize(
    ("input", "code", "field"),
    [
        ({"action": "read", "session": "a b", "key": "k"}, "invalid_input", "/session"),
        ({"action": "read", "session": "{a}", "key": "k"}, "invalid_input", "/session"),
        ({"action": "read", "session": "s", "key": ""}, "invalid_input", "/key"),
        ({"action": "read", "session": "s"}, "invalid_input", "/key"),
        ({"action": "write", "session": "s", "key": "k"}, "invalid_input", "/value"),
        ({"action": "write", "session": "s", "key": "k", "value": "x" * 65_536}, "value_too_large", "/value"),
        ({"action": "write", "session": "s", "key": "k", "value": 1, "ttl_s": 0}, "invalid_input", "/ttl_s"),
        ({"action": "forget", "session": "s"}, "invalid_input", "/action"),
        (
            {"action": "delete", "session": "s", "key": "k", "expect": 1, "expect_revision": 1},
            "bad_value",
            "/expect_revision",
        ),
    ],
)
async def test_requests_that_make_no_sense_are_refused(
    caller: Caller, input: dict[str, Any], code: str, field: str
) -> None:
    error = await refusal(caller, "memory", input)
    assert (error.code, error.field) == (code, field)


async def test_a_list_of_large_entries_is_read_as_far_as_an_answer_holds(caller: Caller, session: str) -> None:
    for each in range(6):
        entry = {"n": each, "text": "x" * 60_000}
        await ask(caller, "memory", {"action": "append", "session": session, "key": "log", "value": entry})
    read = await ask(caller, "memory", {"action": "read", "session": session, "key": "log"})
    assert read["count"] == 6
    assert "$artifact" in read["value"] or [each["n"] for each in read["value"]] == [2, 3, 4, 5]


async def test_a_message_arrives_as_json_with_its_headers(bus: Bus, caller: Caller) -> None:
    received: list[Received] = []
    await bus.subscribe("orders.placed", received.append)
    payload = {"order": 7, "note": "中文"}
    output = await ask(
        caller,
        "nats-emit",
        {"subject": "orders.placed", "payload": payload, "headers": {"Colour": "rot", "N": 2}},
        "c/1",
    )
    await bus.flush()
    (message,) = received
    headers = message.headers or {}
    assert msgspec.json.decode(message.data) == payload
    assert output == {
        "subject": "orders.placed",
        "bytes": len(message.data),
        "stream": "",
        "seq": 0,
        "duplicate": False,
    }
    assert (headers["Colour"], headers["N"], headers["Nats-Msg-Id"]) == ("rot", "2", "key-c/1")
    assert headers["Content-Type"] == "application/json"


async def test_a_large_part_of_a_message_goes_out_as_the_value_it_is(bus: Bus, caller: Caller) -> None:
    received: list[Received] = []
    await bus.subscribe("orders.large", received.append)
    apart = artifacts.put_bytes(msgspec.json.encode(["x" * 100_000]), "application/json", "text.json").to_value()
    output = await ask(caller, "nats-emit", {"subject": "orders.large", "payload": {"id": 1, "all": [{"text": apart}]}})
    await bus.flush()
    assert msgspec.json.decode(received[0].data) == {"id": 1, "all": [{"text": ["x" * 100_000]}]}
    assert output["bytes"] == len(received[0].data)


async def test_a_stream_keeps_a_message_once(nats_url: str, caller: Caller) -> None:
    client = await nats.connect(nats_url)
    try:
        stream = client.jetstream()
        await stream.add_stream(name="EMITTED", subjects=["emitted.>"])
        call_id = f"run/{new_id()}/1"
        await stream.publish("emitted.a", b"1", headers={"Nats-Msg-Id": f"key-{call_id}"})
        output = await ask(caller, "nats-emit", {"subject": "emitted.a", "payload": 1}, call_id)
        assert (output["stream"], output["seq"], output["duplicate"]) == ("EMITTED", 1, True)
    finally:
        await client.jetstream().delete_stream("EMITTED")
        await client.close()


@pytest.mark.parametrize(
    ("input", "code", "field"),
    [
        ({"subject": "orders.*"}, "bad_subject", "/subject"),
        ({"subject": "orders.>"}, "bad_subject", "/subject"),
        ({"subject": "$JS.API.STREAM.DELETE.X"}, "bad_subject", "/subject"),
        ({"subject": "_INBOX.a"}, "bad_subject", "/subject"),
        ({"subject": "agent.text.invoke.v1"}, "bad_subject", "/subject"),
        ({"subject": "intent.request.v1"}, "bad_subject", "/subject"),
        ({"subject": "engine.a.replies.v1"}, "bad_subject", "/subject"),
        ({"subject": "two words"}, "bad_subject", "/subject"),
        ({"subject": ""}, "invalid_input", "/subject"),
        ({"subject": "a", "payload": "x" * 1_000_000}, "payload_too_large", "/payload"),
        ({"subject": "a", "headers": {"Nats-Msg-Id": "x"}}, "reserved_header", "/headers/Nats-Msg-Id"),
        ({"subject": "a", "headers": {"traceparent": "x"}}, "reserved_header", "/headers/traceparent"),
        ({"subject": "a", "headers": {"two words": "x"}}, "bad_value", "/headers/two words"),
        ({"subject": "a", "headers": {"A": "x\r\nB: y"}}, "bad_value", "/headers/A"),
        ({"subject": "a", "headers": {"A": "x" * 9000}}, "bad_value", "/headers"),
    ],
)
async def test_messages_that_may_not_be_sent_are_refused(
    caller: Caller, input: dict[str, Any], code: str, field: str
) -> None:
    error = await refusal(caller, "nats-emit", input)
    assert (error.code, error.field, error.retryable) == (code, field, False)


async def test_a_plan_is_made_in_a_worker_process(caller: Caller) -> None:
    output = await ask(caller, "planner", {"instruction": "分析sales_q3.csv并生成趋势图"})
    assert output["agents"] == ["csv-parse", "pandas-exec", "plotly-render"]
    error = await refusal(caller, "planner", {"instruction": "paint the fence"})
    assert (error.code, error.field, error.data["part"]) == ("no_plan", "/instruction", "paint the fence")


async def test_the_router_answers_on_the_nodes_loop(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LLM_ENGINES", raising=False)
    monkeypatch.delenv("LLM_ENGINES_FILE", raising=False)
    output = await ask(caller, "llm-router", {"prompt": "Summarise: Rain fell."})
    assert (output["text"], output["engine"]) == ("Rain fell.", "offline")
    error = await refusal(caller, "llm-router", {"prompt": "Write a poem"})
    assert error.code == "needs_language_model"
