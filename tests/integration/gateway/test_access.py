"""Nobody joins or gives tasks unless the account behind the token was allowed to."""

import asyncio
import json
from typing import Any

import grpc
import pytest
from asgiref.sync import sync_to_async
from django.contrib.auth.models import User
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from agentcluster.security.models import ApiToken
from agents.domain.manifest import Manifest
from agents.gateway import gateway as gateway_module
from agents.gateway import protocol
from agents.gateway.generated import agent_service_pb2 as pb
from agents.gateway.models import GatewayGrant
from agents.gateway.process import GatewayProcess
from agents.models import Agent, AgentVersion
from agents.registry.register import register
from tests.agents.manifests import manifest as built_in
from tests.contracts import bind
from tests.integration.gateway.conftest import new_token
from tests.integration.gateway.guests import GrpcGuest, WsGuest, guest
from tests.integration.gateway.manifests import brought
from tests.integration.gateway.test_joining import WIRES
from tests.waiting import until


async def refused(one: Any, **hello: Any) -> dict[str, Any]:
    """Return the error that somebody gets who joins."""
    await one.join(**hello)
    fault = await one.heard("fault")
    assert fault["fatal"] is True
    await asyncio.wait_for(one.ended.wait(), 5)
    return dict(fault["error"])


@WIRES
async def test_without_a_grant_nobody_joins(wire: str, gate: GatewayProcess, token: str) -> None:
    stranger = await sync_to_async(new_token)("stranger")
    async with guest(wire, gate, stranger) as one:
        error = await refused(one, agent="reverse")
        assert error["code"] == "no_grant"
        assert "agent-coordinator gateway grant stranger reverse --join" in error["message"]
    assert gate.node.agents == []


@WIRES
async def test_a_grant_for_one_agent_is_none_for_another(wire: str, gate: GatewayProcess, token: str) -> None:
    await sync_to_async(new_token)("other", join=("else",))
    async with guest(wire, gate, token) as one:
        assert (await refused(one, manifest=brought("else")))["code"] == "no_grant"


@WIRES
async def test_a_grant_for_every_agent_counts_and_one_to_register_is_another(
    wire: str, gate: GatewayProcess, token: str
) -> None:
    joins = await sync_to_async(new_token)("joins", join=("*",))
    async with guest(wire, gate, joins) as one:
        assert (await refused(one, manifest=brought()))["code"] == "no_grant"
    assert await Agent.objects.filter(name="shout").acount() == 0
    brings = await sync_to_async(new_token)("brings", join=("*",), register=("shout",))
    async with guest(wire, gate, brings) as one:
        await one.join(manifest=brought())
        assert (await one.heard("welcome"))["agent"] == "shout"
    assert await AgentVersion.objects.filter(agent__name="shout").acount() == 1
    async with guest(wire, gate, joins) as one:
        await one.join(manifest=brought())
        await one.heard("welcome")


@pytest.mark.parametrize(
    ("hello", "code"),
    [
        ({}, "bad_message"),
        ({"agent": "nobody"}, "unknown_agent"),
        ({"agent": "reverse", "version": "9.9.9"}, "unknown_version"),
        ({"agent": "built-in"}, "not_remote"),
        ({"agent": "off"}, "agent_disabled"),
        ({"manifest": {"name": "x"}}, "invalid_manifest"),
        ({"manifest": brought("Bad Name")}, "invalid_manifest"),
        ({"manifest": {**brought(), "runtime": "builtin"}}, "not_remote"),
        ({"manifest": brought("reverse", capabilities=["other"])}, "version_taken"),
        ({"agent": "reverse", "manifest": brought("shout")}, "bad_message"),
        ({"manifest": [1, 2]}, "invalid_manifest"),
    ],
)
async def test_who_asks_for_what_is_not_there_is_told(
    hello: dict[str, Any], code: str, gate: GatewayProcess, token: str
) -> None:
    def make() -> str:
        register(built_in("built_in", schema={"type": "object"}))
        register(read(brought("off")))
        Agent.objects.filter(name="off").update(enabled=False)
        User.objects.create_superuser("root")
        return new_token("root")

    async with guest("grpc", gate, await sync_to_async(make)()) as one:
        assert (await refused(one, **hello))["code"] == code
    assert gate.node.agents == []


def read(fields: dict[str, Any]) -> Manifest:

    from agents.gateway.offers import read as read_manifest

    return read_manifest(json.dumps(fields).encode())


async def test_grpc_refuses_without_a_token_with_a_wrong_one_and_locks_guessers_out(
    gate: GatewayProcess, token: str
) -> None:
    one = GrpcGuest(gate.grpc.port, "")
    for metadata in ((), (("authorization", "Basic abc"),), (("authorization", "Bearer agc_wrong"),)):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await one.stub.SendHeartbeat(pb.SendHeartbeatRequest(), metadata=metadata)
        assert error.value.code() is grpc.StatusCode.UNAUTHENTICATED
        assert dict(error.value.trailing_metadata())["agentcluster-code"] == "token_refused"
    for _ in range(20):
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await one.stub.SendHeartbeat(pb.SendHeartbeatRequest(), metadata=(("authorization", "Bearer agc_wrong"),))
    assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
    await one.close()


async def test_a_websocket_needs_a_login_in_header_or_first_message(gate: GatewayProcess, token: str) -> None:
    url = f"ws://127.0.0.1:{gate.ws.port}/gateway/ws"
    for first in (
        '{"type": "hello", "agent": "reverse"}',
        '{"type": "login", "token": "agc_no"}',
        "[",
        '{"type": "?"}',
    ):
        async with connect(url) as socket:
            await socket.send(first)
            await asyncio.wait_for(socket.wait_closed(), 5)
            assert socket.close_code in (4401, 4400)
    async with connect(url, additional_headers={"Authorization": f"Bearer {token}"}) as socket:
        await socket.send('{"type": "hello", "agent": "reverse"}')
        assert '"welcome"' in str(await socket.recv())


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost.evil.example"])
async def test_pages_from_elsewhere_are_refused(origin: str, gate: GatewayProcess, token: str) -> None:
    with pytest.raises(InvalidStatus) as error:
        await WsGuest(gate.ws.port, token, origin).open()
    assert error.value.response.status_code == 403


async def test_our_own_page_may_connect_and_health_is_told(gate: GatewayProcess, token: str) -> None:
    one = await WsGuest(gate.ws.port, token, "http://localhost:8000").join(agent="reverse")
    await one.heard("welcome")
    await one.close()
    for path, status in (("/health/live", 200), ("/health/ready", 200), ("/health/x", 404), ("/else", 404)):
        with pytest.raises(InvalidStatus) as error:
            await connect(f"ws://127.0.0.1:{gate.ws.port}{path}")
        assert error.value.response.status_code == status


@WIRES
@pytest.mark.parametrize("how", ["token", "grant", "account"])
async def test_access_that_ends_ends_the_connection(
    wire: str, how: str, gate: GatewayProcess, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "ACCESS_S", 0.2)

    def take_away() -> None:
        if how == "token":
            ApiToken.objects.all().delete()
        elif how == "grant":
            GatewayGrant.objects.update(may_join=False)
        else:
            User.objects.update(is_active=False)

    async with guest(wire, gate, token) as one:
        await one.join(agent="reverse")
        await one.heard("welcome")
        await sync_to_async(take_away)()
        assert (await one.heard("fault"))["error"]["code"] == "access_ended"
        await until(lambda: not gate.node.agents)


@WIRES
async def test_an_agent_that_falls_silent_is_let_go(
    wire: str, gate: GatewayProcess, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "SILENCE_S", 1.0)
    async with guest(wire, gate, token) as one:
        await one.join(agent="reverse")
        welcome = await one.heard("welcome")
        assert int(welcome["heartbeat_ms"]) == protocol.HEARTBEAT_S * 1000
        for _ in range(4):
            await asyncio.sleep(0.4)
            await one.heartbeat()
        assert one.count("fault") == 0
        assert (await one.heard("fault"))["error"]["code"] == "heartbeat_missed"


async def test_a_heartbeat_beside_the_stream_counts(
    gate: GatewayProcess, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "SILENCE_S", 1.0)
    async with guest("grpc", gate, token) as one:
        await one.join(agent="reverse")
        welcome = await one.heard("welcome")
        for _ in range(4):
            await asyncio.sleep(0.4)
            answer = await one.stub.SendHeartbeat(
                pb.SendHeartbeatRequest(session=welcome["session"]), metadata=one.metadata
            )
            assert (answer.known, answer.instance, answer.in_flight) == (True, welcome["instance"], 0)
        assert one.count("fault") == 0
        unknown = await one.stub.SendHeartbeat(pb.SendHeartbeatRequest(session="other"), metadata=one.metadata)
        assert unknown.known is False


@WIRES
async def test_there_is_room_for_so_many(wire: str, gate: GatewayProcess, token: str) -> None:
    gate.gateway._max = 1
    async with guest(wire, gate, token) as one, guest(wire, gate, token) as other:
        await one.join(agent="reverse")
        await one.heard("welcome")
        await other.join(agent="reverse")
        await asyncio.wait_for(other.ended.wait(), 5)
        if wire == "grpc":
            assert other.error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        else:
            assert other.socket.close_code == 4429


@WIRES
async def test_a_session_lets_nobody_come_back_whose_grant_was_taken(
    wire: str, gate: GatewayProcess, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "ACCESS_S", 60.0)
    gate.gateway.resume_s = 30.0
    async with guest(wire, gate, token) as one, guest(wire, gate, token) as again:
        await one.join(agent="reverse")
        session = (await one.heard("welcome"))["session"]
        await one.break_off()
        await GatewayGrant.objects.all().adelete()
        assert (await refused(again, agent="reverse", session=session))["code"] == "no_grant"


@WIRES
async def test_an_agent_that_fits_its_contract_no_more_does_not_join(
    wire: str, gate: GatewayProcess, token: str
) -> None:
    await sync_to_async(bind)("agent.reverse.input")
    async with guest(wire, gate, token) as one:
        error = await refused(one, agent="reverse")
        assert error["code"] == "contract_mismatch"
        assert "/intent/input" in error["message"]
    assert gate.node.agents == []
