"""Programs give agents tasks; the same call_id never runs twice."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import grpc
import pytest
from asgiref.sync import sync_to_async

from agentcluster import artifacts
from agentcluster.messaging import Bus
from agentcluster.streams.connections import sync_client
from agents.contracts.publishing import InUse, in_use, publish
from agents.contracts.wire import unframe, unpacked
from agents.domain.policy import Match, Policy, PolicySet
from agents.gateway.generated import agent_service_pb2 as pb
from agents.gateway.process import GatewayProcess
from agents.models import Agent
from agents.policies import live
from tests.contracts import bind
from tests.integration.gateway.conftest import new_token
from tests.integration.gateway.guests import GrpcGuest, WsGuest, guest
from tests.waiting import until

SEND = Callable[..., Awaitable[pb.SendTaskResponse]]


@pytest.fixture
async def agent(gate: GatewayProcess, token: str) -> Any:
    async with guest("ws", gate, token) as one:
        await one.join(agent="reverse")
        welcome = await one.heard("welcome")
        await until(lambda: gate.view.instance(welcome["instance"]) is not None)
        yield one


@pytest.fixture
async def send(gate: GatewayProcess, token: str) -> Any:
    client = GrpcGuest(gate.grpc.port, token)

    async def ask(call_id: str, input: Any = None, agent: str = "reverse", **fields: Any) -> pb.SendTaskResponse:
        metadata = fields.pop("metadata", client.metadata)
        text = json.dumps({"text": "abc"} if input is None else input)
        request = pb.SendTaskRequest(call_id=call_id, agent=agent, input=text, **fields)
        return await client.stub.SendTask(request, metadata=metadata)

    yield ask
    await client.close()


async def code_of(asking: Awaitable[Any]) -> tuple[grpc.StatusCode, str]:
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await asking
    return error.value.code(), str(dict(error.value.trailing_metadata())["agentcluster-code"])


async def test_a_task_is_done_once_whoever_asks_again(gate: GatewayProcess, agent: Any, send: SEND) -> None:
    first = asyncio.ensure_future(send("job-1"))
    order = await agent.heard("call")
    second = asyncio.ensure_future(send("job-1"))
    await asyncio.sleep(0.2)
    await agent.result(order["call_id"], {"text": "cba"})
    answers = [await first, await second, await send("job-1")]
    assert {(answer.status, answer.output) for answer in answers} == {(pb.SendTaskResponse.OK, '{"text":"cba"}')}
    assert agent.count("call") == 1


async def test_who_does_not_wait_gets_a_handle(agent: Any, send: SEND) -> None:
    running = await send("job-2", wait_ms=300)
    assert running.status == pb.SendTaskResponse.RUNNING
    order = await agent.heard("call")
    await agent.progress(order["call_id"], {"done": 1})
    await agent.result(order["call_id"], {"text": "cba"})
    assert (await send("job-2")).output == '{"text":"cba"}'
    assert agent.count("call") == 1


async def test_an_agents_error_is_the_answer(agent: Any, send: SEND) -> None:
    waiting = asyncio.ensure_future(send("job-3"))
    order = await agent.heard("call")
    await agent.failure(order["call_id"], code="not_today", message="Closed.", retryable=True, data={"day": "Sunday"})
    answer = await waiting
    assert answer.status == pb.SendTaskResponse.ERROR
    assert (answer.error.code, answer.error.retryable, answer.error.data) == ("not_today", True, '{"day":"Sunday"}')
    invalid = await send("job-4", {"text": 5})
    assert (invalid.status, invalid.error.code) == (pb.SendTaskResponse.ERROR, "invalid_input")


@pytest.mark.parametrize("again", [False, True])
async def test_large_values_of_an_output_come_whole_as_far_as_a_message_has_room(
    again: bool, agent: Any, send: SEND, token: str, gate: GatewayProcess
) -> None:
    output = {"text": "x" * 200_000, "rows": [{"n": n} for n in range(10_000)], "most": "y" * 3_850_000, "n": 1}
    waiting = asyncio.ensure_future(send("job-large"))
    order = await agent.heard("call")
    await agent.result(order["call_id"], output)
    answer = await waiting
    if again:
        answer = await send("job-large")
    told = json.loads(answer.output)
    assert (told["text"], told["rows"], told["n"]) == (output["text"], output["rows"], 1)
    assert told["most"]["$artifact"]["size"] == 3_850_002
    page = await WsGuest(gate.ws.port, token).open()
    await page.say(type="task", call_id="job-large", agent="reverse", input={"text": "abc"})
    assert (await page.heard("task_reply"))["output"] == told
    await page.close()


async def test_a_task_refers_to_no_file_whoever_knows_its_digest(agent: Any, send: SEND) -> None:
    digest = artifacts.put_bytes(b'"secret"', "application/json", "text.json").digest
    given = {"$artifact": {"digest": digest, "size": 8, "media_type": "application/json", "name": "more.json"}}
    told = await code_of(send("job-ref", {"text": "abc", "more": [given]}))
    assert told == (grpc.StatusCode.INVALID_ARGUMENT, "file_reference")


async def test_nor_does_an_agent_that_joined_answer_with_one(agent: Any, send: SEND) -> None:
    theirs = artifacts.put_bytes(b'"secret"', "application/json", "more.json").to_value()
    waiting = asyncio.ensure_future(send("job-told", {"text": "abc"}))
    order = await agent.heard("call")
    await agent.result(order["call_id"], {"text": "cba", "more": theirs})
    assert (await waiting).error.code == "foreign_file"


async def test_a_call_id_stands_for_one_request_and_is_each_accounts_own(agent: Any, send: SEND, token: str) -> None:
    waiting = asyncio.ensure_future(send("job-5"))
    order = await agent.heard("call")
    assert await code_of(send("job-5", {"text": "other"})) == (grpc.StatusCode.FAILED_PRECONDITION, "call_id_reused")
    other = (("authorization", f"Bearer {await sync_to_async(new_token)('second', call=('reverse',))}"),)
    theirs = asyncio.ensure_future(send("job-5", {"text": "other"}, metadata=other))
    await agent.heard("call", lambda told: told["input"]["text"] == "other")
    for told in [told for told in agent.told if told["type"] == "call"]:
        await agent.result(told["call_id"], {"text": told["input"]["text"][::-1]})
    assert json.loads((await waiting).output) == {"text": "cba"}
    assert json.loads((await theirs).output) == {"text": "rehto"}
    assert order["call_id"].endswith("/job-5")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"call_id": ""}, "bad_message"),
        ({"call_id": "has space"}, "bad_message"),
        ({"call_id": "x" * 101}, "bad_message"),
        ({"agent": ""}, "bad_message"),
        ({"agent": "other"}, "no_grant"),
        ({"wait_ms": 10**12}, "bad_message"),
        ({"input": {"text": "x" * 600_000}}, "value_too_large"),
    ],
)
async def test_what_makes_no_sense_is_refused(fields: dict[str, Any], code: str, send: SEND) -> None:
    assert (await code_of(send(**{"call_id": "job", **fields})))[1] == code


async def test_without_an_instance_or_with_the_agent_off_there_is_a_clear_no(send: SEND) -> None:
    assert await code_of(send("job-6")) == (grpc.StatusCode.UNAVAILABLE, "no_instance")
    await Agent.objects.filter(name="reverse").aupdate(enabled=False)
    assert (await code_of(send("job-7")))[1] == "agent_disabled"


async def test_no_json_is_refused(gate: GatewayProcess, token: str) -> None:
    client = GrpcGuest(gate.grpc.port, token)
    asking = client.stub.SendTask(
        pb.SendTaskRequest(call_id="job-8", agent="reverse", input="{"), metadata=client.metadata
    )
    assert (await code_of(asking))[1] == "bad_message"
    await client.close()


async def test_a_page_gives_tasks_over_its_socket(gate: GatewayProcess, agent: Any, token: str) -> None:
    page = await WsGuest(gate.ws.port, token, "http://localhost:8000").open()
    await page.say(type="task", call_id="page-1", agent="reverse", input={"text": "abc"})
    await page.say(type="task", call_id="page-2", agent="nobody", input={})
    order = await agent.heard("call")
    await agent.result(order["call_id"], {"text": "cba"})
    reply = await page.heard("task_reply")
    assert (reply["call_id"], reply["status"], reply["output"]) == ("page-1", "ok", {"text": "cba"})
    fault = await page.heard("fault")
    assert (fault["call_id"], fault["error"]["code"], fault.get("fatal", False)) == ("page-2", "no_grant", False)
    await page.close()


async def test_a_task_moves_on_when_its_instance_has_gone(
    gate: GatewayProcess, agent: Any, send: SEND, token: str
) -> None:
    """The first agent dies with the task; the error says so, and the same id keeps saying it."""
    waiting = asyncio.ensure_future(send("job-9"))
    await agent.heard("call")
    await agent.break_off()
    answer = await waiting
    assert (answer.error.code, answer.error.retryable) == ("agent_disconnected", True)
    async with guest("grpc", gate, token) as other:
        await other.join(agent="reverse")
        await other.heard("welcome")
        assert (await send("job-9")).error.code == "agent_disconnected"
        assert other.count("call") == 0


@pytest.fixture
def limited(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has one rate limit hold, of one task and then none for a long time."""

    def use(per: str, **match: str) -> None:
        policy = Policy("few", "rate_limit", Match(**match), {"per": per, "rate": 0.001, "burst": 1})
        monkeypatch.setattr(live, "_known", live._Known(PolicySet(1, (policy,))))

    return use


@pytest.mark.parametrize("per", ["user", "token", "address", "agent"])
async def test_tasks_that_come_too_fast_are_refused_with_when_to_come_again(
    per: str, agent: Any, send: SEND, limited: Callable[..., None], redis_url: str
) -> None:
    client = sync_client(redis_url)
    client.flushdb()
    client.close()
    limited(per)
    waiting = asyncio.ensure_future(send("job-1"))
    order = await agent.heard("call")
    await agent.result(order["call_id"], {"text": "cba"})
    assert (await waiting).status == pb.SendTaskResponse.OK
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await send("job-2")
    told = dict(error.value.trailing_metadata())
    assert (error.value.code(), told["agentcluster-code"]) == (grpc.StatusCode.RESOURCE_EXHAUSTED, "rate_limited")
    assert 900 < int(told["retry-after"]) <= 1000
    assert f"per {per}" in error.value.details()
    await agent.say(type="task", call_id="job-3", agent="reverse", input={"text": "abc"})
    fault = (await agent.heard("fault"))["error"]
    assert (fault["code"], fault["retryable"], fault["data"]["per"]) == ("rate_limited", True, per)
    assert fault["data"]["retry_after"] > 900
    assert agent.count("call") == 1


AVRO = '{"type": "record", "name": "T", "fields": [{"name": "text", "type": "string"}%s]}'


async def test_a_task_travels_as_the_agents_contract_says(
    bus: Bus, gate: GatewayProcess, agent: Any, send: SEND
) -> None:
    note = ', {"name": "note", "type": "string", "default": "none"}'
    asked = await sync_to_async(bind)("agent.reverse.input", AVRO % note, "AVRO")
    given = await sync_to_async(bind)("agent.reverse.output", AVRO % "", "AVRO")
    await publish(bus, await sync_to_async(in_use)())
    requests: list[Any] = []
    await bus.subscribe("agent.*.invoke.v1", lambda message: requests.append(json.loads(message.data)["payload"]))
    try:
        await until(lambda: gate.desk.contracts.bindings.has_agent("reverse"))
        await until(lambda: gate.desk.contracts.at_hand(asked) and gate.desk.contracts.at_hand(given))
        answer = asyncio.ensure_future(send("in-avro"))
        order = await agent.heard("call")
        assert order["input"] == {"text": "abc", "note": "none"}
        await agent.result(order["call_id"], {"text": "cba"})
        assert json.loads((await answer).output) == {"text": "cba"}
        assert (requests[0]["input_as"], unframe(unpacked(requests[0]["input"]))) == (
            "contract",
            (asked, b"\x06abc\x08none"),
        )
    finally:
        await publish(bus, InUse())
