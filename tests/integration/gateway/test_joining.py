"""Agents from elsewhere join over either wire, serve calls, break off and come back."""

import asyncio
import json
from typing import Any

import pytest

from agentcluster.messaging import Bus, NoResponderError
from agents.domain.lifecycle import LifeState
from agents.gateway.process import GatewayProcess
from tests.agents.client import Caller
from tests.integration.gateway.conftest import RESUME_S
from tests.integration.gateway.guests import guest
from tests.waiting import until

WIRES = pytest.mark.parametrize("wire", ["grpc", "ws"])


@pytest.fixture
async def caller(bus: Bus, gate: GatewayProcess) -> Caller:
    return await Caller.of(bus, gate.node)


async def joined(one: Any, caller: Caller, **hello: Any) -> dict[str, Any]:
    """Let an agent join; calls of ``caller`` go to it from now on."""
    await one.join(**(hello or {"agent": "reverse"}))
    welcome = await one.heard("welcome")
    caller.suffix = welcome["instance"].removeprefix("reverse-")
    return welcome


async def call(caller: Caller, text: str = "abc", **fields: Any) -> str:
    return caller.send("reverse", {"text": text}, version="1.0.0", **fields)


@WIRES
async def test_an_agent_joins_and_serves_calls(wire: str, gate: GatewayProcess, token: str, caller: Caller) -> None:
    async with guest(wire, gate, token) as one:
        welcome = await joined(one, caller)
        assert (welcome["agent"], welcome["version"], int(welcome["concurrency"])) == ("reverse", "1.0.0", 2)
        assert welcome["manifest"]["capabilities"] == ["reverse-text"]
        call_id = await call(caller, run_id="run-1", workflow_id="flow-1", stage_id="ask", attempt=2, deadline_ms=9000)
        order = await one.heard("call")
        assert (order["call_id"], order["input"]) == (call_id, {"text": "abc"})
        assert order["idempotency_key"] == f"key-{call_id}"
        assert (order["run_id"], order["workflow_id"], order["stage_id"], order["attempt"]) == (
            "run-1",
            "flow-1",
            "ask",
            2,
        )
        assert 8000 < int(order["deadline_ms"]) <= 9000
        await one.result(call_id, {"text": "cba"})
        reply = await caller.final(call_id)
        assert (reply.status, reply.output, reply.instance) == ("ok", {"text": "cba"}, welcome["instance"])
        assert (await one.heard("receipt"))["accepted"] is True


@WIRES
async def test_its_errors_are_typed_and_bounded(wire: str, gate: GatewayProcess, token: str, caller: Caller) -> None:
    async with guest(wire, gate, token) as one:
        await joined(one, caller)
        call_id = await call(caller)
        await one.heard("call")
        await one.failure(call_id, code="no_such_word", message="x" * 9000, retryable=True, field="/text")
        error = (await caller.final(call_id)).error
        assert error is not None
        assert (error.code, error.retryable, error.field, len(error.message)) == ("no_such_word", True, "/text", 4000)
        odd = await call(caller)
        await one.heard("call", lambda told: told["call_id"] == odd)
        await one.failure(odd, code="Not a code!", message="?")
        error = (await caller.final(odd)).error
        assert error is not None
        assert error.code == "agent_error"


@WIRES
async def test_input_and_output_are_held_to_the_schemas(
    wire: str, gate: GatewayProcess, token: str, caller: Caller
) -> None:
    async with guest(wire, gate, token) as one:
        await joined(one, caller)
        refused = await caller.call("reverse", {"text": 5}, version="1.0.0")
        assert refused.error is not None
        assert (refused.error.code, refused.error.field) == ("invalid_input", "/text")
        call_id = await call(caller)
        await one.heard("call")
        await one.result(call_id, {"text": 7})
        reply = await caller.final(call_id)
        assert reply.error is not None
        assert reply.error.code == "invalid_output"
        assert one.count("call") == 1


@WIRES
async def test_a_repeated_call_id_is_answered_and_not_sent_again(
    wire: str, gate: GatewayProcess, token: str, caller: Caller
) -> None:
    async with guest(wire, gate, token) as one:
        await joined(one, caller)
        call_id = await call(caller)
        await one.heard("call")
        await call(caller, call_id=call_id)
        await one.result(call_id, {"text": "cba"})
        await caller.final(call_id)
        replies = len(caller.replies)
        await call(caller, call_id=call_id)
        await until(lambda: len(caller.replies) > replies + 1 or len(caller.replies) > replies)
        assert {reply.output["text"] for reply in caller.replies if reply.status == "ok"} == {"cba"}
        assert one.count("call") == 1


@WIRES
async def test_calls_in_flight_stay_within_the_concurrency(
    wire: str, gate: GatewayProcess, token: str, caller: Caller
) -> None:
    async with guest(wire, gate, token) as one:
        await joined(one, caller)
        calls = [await call(caller, text=str(number)) for number in range(5)]
        await until(lambda: one.count("call") == 2)
        await asyncio.sleep(0.3)
        assert one.count("call") == 2
        for call_id in calls:
            await one.heard("call", lambda told, wanted=call_id: told["call_id"] == wanted)
            await one.result(call_id, {"text": "x"})
        assert [(await caller.final(call_id)).status for call_id in calls] == ["ok"] * 5


@WIRES
async def test_a_broken_connection_is_resumed_with_its_calls(
    wire: str, gate: GatewayProcess, token: str, caller: Caller
) -> None:
    async with guest(wire, gate, token) as one, guest(wire, gate, token) as again:
        welcome = await joined(one, caller)
        call_id = await call(caller)
        await one.heard("call")
        await one.break_off()
        back = await joined(again, caller, agent="reverse", session=welcome["session"])
        assert (back["instance"], back["resumed"]) == (welcome["instance"], True)
        assert (await again.heard("call"))["call_id"] == call_id
        await again.result(call_id, {"text": "cba"})
        assert (await caller.final(call_id)).status == "ok"


@WIRES
async def test_an_agent_that_dies_in_mid_call_fails_it_quickly_and_says_that_trying_again_helps(
    wire: str, gate: GatewayProcess, token: str, caller: Caller
) -> None:
    async with guest(wire, gate, token) as one:
        await joined(one, caller)
        call_id = await call(caller)
        await one.heard("call")
        await one.break_off()
        reply = await caller.final(call_id, timeout_s=RESUME_S + 3)
        assert reply.error is not None
        assert (reply.error.code, reply.error.retryable) == ("agent_disconnected", True)
        await until(lambda: not gate.node.agents)


@WIRES
async def test_a_session_of_somebody_else_or_of_long_ago_begins_anew(
    wire: str, gate: GatewayProcess, token: str, caller: Caller
) -> None:
    async with guest(wire, gate, token) as one, guest(wire, gate, token) as again:
        welcome = await joined(one, caller)
        await one.break_off()
        await until(lambda: not gate.node.agents)
        back = await joined(again, caller, agent="reverse", session=welcome["session"])
        assert not back.get("resumed")
        assert back["instance"] != welcome["instance"]
        await again.result("run/long/ago", {"text": "late"})
        assert (await again.heard("receipt")).get("accepted", False) is False


@WIRES
async def test_cancel_reaches_the_agent_and_its_answer_counts(
    wire: str, gate: GatewayProcess, token: str, caller: Caller
) -> None:
    async with guest(wire, gate, token) as one:
        await joined(one, caller)
        call_id = await call(caller)
        await one.heard("call")
        caller.control("reverse", "cancel", call_id, "not needed")
        assert "not needed" in (await one.heard("cancel"))["reason"]
        await one.failure(call_id, code="cancelled", message="stopped")
        reply = await caller.final(call_id)
        assert reply.error is not None
        assert reply.error.code == "cancelled"


@WIRES
async def test_progress_is_a_sign_of_life_and_is_told(
    wire: str, gate: GatewayProcess, token: str, caller: Caller
) -> None:
    async with guest(wire, gate, token) as one:
        await joined(one, caller)
        call_id = await call(caller, heartbeat_ms=600)
        await one.heard("call")
        for number in range(4):
            await asyncio.sleep(0.3)
            await one.progress(call_id, {"done": number})
        caller.control("reverse", "ask", call_id)
        await until(lambda: any(reply.progress == {"done": 3} for reply in caller.replies))
        reply = await caller.final(call_id)
        assert reply.error is not None
        assert reply.error.code == "heartbeat_timeout"


@WIRES
async def test_goodbye_lets_calls_finish_and_takes_no_more(
    wire: str, gate: GatewayProcess, token: str, caller: Caller
) -> None:
    async with guest(wire, gate, token) as one:
        await joined(one, caller)
        call_id = await call(caller)
        await one.heard("call")
        await one.goodbye()
        await until(lambda: gate.node.agents[0].state is LifeState.STOPPING)
        await one.result(call_id, {"text": "cba"})
        assert (await caller.final(call_id)).status == "ok"
        await until(lambda: not gate.node.agents)
        await asyncio.wait_for(one.ended.wait(), 5)


@WIRES
async def test_a_gateway_that_stops_sees_its_agents_out(
    wire: str, gate: GatewayProcess, token: str, caller: Caller
) -> None:
    async with guest(wire, gate, token) as one:
        await joined(one, caller)
        call_id = await call(caller)
        await one.heard("call")
        stopping = asyncio.ensure_future(gate.node.stop(5))
        await asyncio.sleep(0.2)
        await one.result(call_id, {"text": "cba"})
        assert (await caller.final(call_id)).status == "ok"
        await stopping
        await asyncio.wait_for(one.ended.wait(), 5)


@WIRES
async def test_large_values_pass_up_to_the_limit(wire: str, gate: GatewayProcess, token: str, caller: Caller) -> None:
    async with guest(wire, gate, token) as one:
        await joined(one, caller)
        call_id = await call(caller, text="x" * 400_000)
        assert len((await one.heard("call"))["input"]["text"]) == 400_000
        await one.result(call_id, {"text": "y" * 3_900_000})
        reply = await caller.final(call_id)
        assert reply.status == "ok"
        assert reply.output["text"]["$artifact"]["size"] == 3_900_002
        assert len(json.dumps(reply.output)) < 1000


@WIRES
async def test_the_stock_protocol_sees_it_as_any_other_agent(
    wire: str, gate: GatewayProcess, token: str, bus: Bus, caller: Caller
) -> None:
    async with guest(wire, gate, token) as one:
        welcome = await joined(one, caller)
        found = json.loads((await bus.request(f"$SRV.INFO.reverse.{welcome['instance']}")).data)
        assert (found["name"], found["version"]) == ("reverse", "1.0.0")
        assert found["metadata"]["identity"] == welcome["identity"]
        await one.goodbye()
        await until(lambda: not gate.node.agents)
    with pytest.raises(NoResponderError):
        await bus.request(f"$SRV.INFO.reverse.{welcome['instance']}")
