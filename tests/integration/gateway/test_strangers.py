"""Whoever has not logged in costs the gateway little, and keeps nobody else out."""

import asyncio
import contextlib
import json
import os
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from agentcluster.security import guesses
from agents.gateway import grpc_context, grpc_server, ws_server
from agents.gateway.door import LOGIN_MAX, REQUEST_MAX
from agents.gateway.generated import agent_service_pb2 as pb
from agents.gateway.grpc_server import SERVICE, GrpcServer
from agents.gateway.process import GatewayProcess
from tests.integration.gateway.conftest import new_token
from tests.integration.gateway.guests import GrpcGuest, bearer, guest
from tests.integration.gateway.manifests import brought
from tests.waiting import until

UPGRADE = (
    "GET /gateway/ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


def url(gate: GatewayProcess) -> str:
    return f"ws://127.0.0.1:{gate.ws.port}/gateway/ws"


def frame(first: int, size: int, data: bytes = b"") -> bytes:
    """Return a masked frame that says it has ``size`` bytes, by its 8-byte length, and begins with ``data``."""
    return bytes([first, 0x80 | 127]) + size.to_bytes(8, "big") + b"\0\0\0\0" + data


@contextlib.asynccontextmanager
async def raw(gate: GatewayProcess, *, upgrade: bool) -> AsyncIterator[tuple[asyncio.StreamReader, Any]]:
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.ws.port)
    try:
        if upgrade:
            writer.write(UPGRADE.encode())
            assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def rest(reader: asyncio.StreamReader, timeout_s: float = 8.0) -> bytes:
    """Return all that still comes until the gateway ends the connection."""
    with contextlib.suppress(ConnectionError):
        return await asyncio.wait_for(reader.read(), timeout_s)
    return b""


async def joins(gate: GatewayProcess, token: str) -> None:
    async with guest("ws", gate, token) as one:
        await one.join(agent="reverse")
        await one.heard("welcome")


async def guess(wire: str, gate: GatewayProcess, secret: str, forwarded: str) -> str:
    """Return the code that a token gets which comes through a proxy; empty when it is let in."""
    if wire == "ws":
        headers = {"X-Forwarded-For": forwarded, "Authorization": f"Bearer {secret}"}
        async with connect(url(gate), additional_headers=headers) as socket:
            with contextlib.suppress(ConnectionClosed):
                await socket.send(json.dumps({"type": "hello", "agent": "reverse"}))
            told = json.loads(await asyncio.wait_for(socket.recv(), 10))
            return str(told["error"]["code"]) if told["type"] == "fault" else ""
    one = GrpcGuest(gate.grpc.port, "")
    try:
        metadata = (*bearer(secret), ("x-forwarded-for", forwarded))
        await one.stub.SendHeartbeat(pb.SendHeartbeatRequest(session="x"), metadata=metadata)
    except grpc.aio.AioRpcError as error:
        return str(dict(error.trailing_metadata())["agentcluster-code"])
    finally:
        await one.close()
    return ""


@pytest.mark.parametrize("wire", ["grpc", "ws"])
async def test_behind_a_proxy_a_guesser_locks_out_nobody_else(
    wire: str, gate: GatewayProcess, token: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.GATEWAY_PROXY_COUNT = 1
    monkeypatch.setattr(guesses, "LIMIT", 2)
    for number in range(2):
        # What stands left of the proxy's entry is the guesser's own.
        assert await guess(wire, gate, "agc_wrong", f"10.9.9.{number}, 192.0.2.1") == "token_refused"
    assert await guess(wire, gate, "agc_wrong", "10.9.9.9, 192.0.2.1") == "too_many_guesses"
    assert await guess(wire, gate, "agc_wrong", "192.0.2.1:4711") == "too_many_guesses"
    assert await guess(wire, gate, "agc_wrong", "::ffff:192.0.2.1") == "too_many_guesses"
    assert await guess(wire, gate, token, "192.0.2.1, 192.0.2.2") == ""
    for number in range(3):
        code = await guess(wire, gate, "agc_wrong", f"[2001:db8:1:2::{number}]:4711")
        assert code == ("token_refused" if number < 2 else "too_many_guesses")
    assert await guess(wire, gate, token, "2001:db8:1:3::1") == ""


async def test_without_proxies_nobody_chooses_an_address(
    gate: GatewayProcess, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guesses, "LIMIT", 2)
    for wire, address in (("ws", "192.0.2.1"), ("grpc", "192.0.2.2")):
        assert await guess(wire, gate, "agc_wrong", address) == "token_refused"
    for wire in ("ws", "grpc"):
        assert await guess(wire, gate, "agc_wrong", "192.0.2.3") == "too_many_guesses"


async def test_a_login_may_be_followed_by_a_large_hello_at_once(gate: GatewayProcess, token: str) -> None:
    root = await asyncio.to_thread(new_token, "brings", join=("shout",), register=("shout",))
    title = {"en": "x" * 100_000}
    async with guest("ws", gate, root) as one:
        await one.join(manifest=brought("shout", description=title))
        assert (await one.heard("welcome"))["manifest"]["description"] == title


@pytest.mark.parametrize(
    ("sent", "closed"),
    [
        (frame(0x81, 4_000_000), b"\x03\xf1"),
        (frame(0x81, 4_000_000, b"x" * 20_000), b"\x03\xf1"),
        (frame(0x01, 5_000, b"x" * 5_000) + frame(0x00, 5_000, b"x" * 5_000), b"\x03\xf1"),
        (b"".join(bytes([0x89, 0x80 | 100]) + b"\0" * 104 for _ in range(LOGIN_MAX // 100)), b""),
        (frame(0x01, 0) * (LOGIN_MAX // 14 + 1), b""),
        (frame(0xC1, 5, b"x" * 5), b"\x03\xea"),
    ],
    ids=["said to be large", "large", "large in parts", "many pings", "many parts", "compressed without asking"],
)
async def test_a_stranger_who_says_much_is_cut_off(
    sent: bytes, closed: bytes, gate: GatewayProcess, token: str
) -> None:
    async with raw(gate, upgrade=True) as (reader, writer):
        writer.write(sent)
        assert closed in await rest(reader)
    await until(lambda: gate.ws.hall.inside == 0)
    await joins(gate, token)


async def test_a_bomb_of_a_login_is_not_unpacked(gate: GatewayProcess) -> None:
    async with connect(url(gate), compression="deflate") as socket:
        await socket.send("x" * 3_000_000)
        with pytest.raises(ConnectionClosed):
            await asyncio.wait_for(socket.recv(), 5)
        assert socket.close_code == 1009


async def test_what_follows_a_wrong_login_is_not_read(gate: GatewayProcess) -> None:
    login = json.dumps({"type": "login", "token": "agc_wrong"}).encode()
    async with raw(gate, upgrade=True) as (reader, writer):
        writer.write(frame(0x81, len(login), login) + frame(0x81, 1_000_000))
        for _ in range(100):
            writer.write(os.urandom(10_000))
        told = await rest(reader)
        assert b"token_refused" in told
    await until(lambda: gate.ws.hall.inside == 0)


async def test_a_request_without_end_is_cut_off(gate: GatewayProcess) -> None:
    async with raw(gate, upgrade=False) as (reader, writer):
        writer.write(b"GET /gateway/ws HTTP/1.1\r\n" + b"X-Long: y\r\n" * (REQUEST_MAX // 10))
        assert await rest(reader) == b""


async def test_a_stranger_has_so_much_time(gate: GatewayProcess, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ws_server, "LOGIN_S", 0.3)
    async with connect(url(gate)) as socket:
        told = json.loads(await asyncio.wait_for(socket.recv(), 5))
        assert (told["error"]["code"], told["fatal"]) == ("heartbeat_missed", True)
    async with raw(gate, upgrade=True) as (reader, writer):
        writer.write(frame(0x81, 1000, b'{"type"'))
        assert b"heartbeat_missed" in await rest(reader)


async def test_strangers_are_bounded_in_all_and_from_one_address(
    gate: GatewayProcess, token: str, settings: Any
) -> None:
    settings.GATEWAY_PROXY_COUNT = 1
    gate.ws.lobby._most, gate.ws.lobby._each = 3, 2
    addresses = ("2001:db8:1:2::1", "2001:db8:1:2::2", "2001:db8:1:2:ffff::3", "192.0.2.2", "192.0.2.3")
    by = [{"X-Forwarded-For": address} for address in addresses]
    async with contextlib.AsyncExitStack() as stack:
        sockets = [await stack.enter_async_context(connect(url(gate), additional_headers=each)) for each in by]
        for refused in (sockets[2], sockets[4]):
            told = json.loads(await asyncio.wait_for(refused.recv(), 5))
            assert (told["error"]["code"], told["fatal"]) == ("gateway_full", True)
        assert gate.ws.lobby.inside == 3
    await until(lambda: gate.ws.lobby.inside == 0)
    await joins(gate, token)


async def test_connections_that_say_nothing_are_bounded(gate: GatewayProcess, token: str) -> None:
    gate.ws.hall._each = 2
    async with raw(gate, upgrade=False), raw(gate, upgrade=False):
        await until(lambda: gate.ws.hall.inside == 2)
        async with raw(gate, upgrade=False) as (reader, _):
            assert await rest(reader) == b""
    await until(lambda: gate.ws.hall.inside == 0)
    async with guest("ws", gate, token) as one:
        await one.join(agent="reverse")
        await one.heard("welcome")
        assert gate.ws.hall.inside == gate.ws.lobby.inside == 0


@pytest.mark.parametrize("name", ["Host", "Origin", "Authorization"])
async def test_a_header_that_comes_twice_is_refused(name: str, gate: GatewayProcess) -> None:
    headers = [(name, "localhost"), (name, "127.0.0.1")] if name != "Host" else [("Host", "localhost")]
    with pytest.raises(InvalidStatus) as error:
        await connect(url(gate), additional_headers=headers)
    assert error.value.response.status_code == 400


async def test_grpc_refuses_before_it_reads(gate: GatewayProcess, monkeypatch: pytest.MonkeyPatch, token: str) -> None:
    never = asyncio.Event()

    async def nothing() -> AsyncIterator[bytes]:
        await never.wait()
        yield b""

    async def ask(method: str, metadata: Any) -> grpc.aio.AioRpcError:
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await channel.stream_unary(f"/{SERVICE}/{method}")(nothing(), metadata=metadata, timeout=8)
        return error.value

    async with grpc.aio.insecure_channel(f"127.0.0.1:{gate.grpc.port}") as channel:
        for method in ("SendTask", "SendHeartbeat", "StreamUpdates"):
            assert (await ask(method, ())).code() is grpc.StatusCode.UNAUTHENTICATED
        monkeypatch.setattr(grpc_context, "FIRST_S", 0.2)
        late = await ask("SendTask", bearer(token))
        assert dict(late.trailing_metadata())["agentcluster-code"] == "heartbeat_missed"


async def test_who_watches_the_health_keeps_no_agent_out(gate: GatewayProcess, token: str) -> None:
    gate.grpc.open.lobby._each = 2
    async with grpc.aio.insecure_channel(f"127.0.0.1:{gate.grpc.port}") as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        watches = [stub.Watch(health_pb2.HealthCheckRequest()) for _ in range(3)]
        ends = [asyncio.ensure_future(watch.code()) for watch in watches]
        done, _ = await asyncio.wait(ends, timeout=8, return_when=asyncio.FIRST_COMPLETED)
        assert [end.result() for end in done] == [grpc.StatusCode.RESOURCE_EXHAUSTED]
        async with guest("grpc", gate, token) as one:
            await one.join(agent="reverse")
            await one.heard("welcome")
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*ends, return_exceptions=True)
    await until(lambda: gate.grpc.open.lobby.inside == 0)


@pytest.fixture
async def small(gate: GatewayProcess, settings: Any, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GrpcServer]:
    """A gRPC server that takes three calls and three connections."""
    settings.GATEWAY_MAX_CONNECTIONS = 1
    monkeypatch.setattr(grpc_server, "SPARE_CONNECTIONS", 2)
    for name, value in (("TASKS_MAX", 0), ("ARRIVING_MAX", 1), ("OPEN_MAX", 1)):
        monkeypatch.setattr(grpc_server, name, value)
    one = GrpcServer(gate.gateway, gate.desk)
    await one.start("127.0.0.1", 0)
    yield one
    await one.stop()


async def test_calls_over_grpc_are_bounded(small: GrpcServer) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{small.port}") as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        watches = [stub.Watch(health_pb2.HealthCheckRequest()) for _ in range(3)]
        for watch in watches:
            await watch.read()
        with pytest.raises(grpc.aio.AioRpcError) as error:
            await stub.Check(health_pb2.HealthCheckRequest())
        assert error.value.code() is grpc.StatusCode.RESOURCE_EXHAUSTED


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\x04\0\0\0\0\0"


async def test_connections_over_grpc_are_bounded(small: GrpcServer) -> None:
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(3):
            reader, writer = await asyncio.open_connection("127.0.0.1", small.port)
            stack.callback(writer.close)
            writer.write(PREFACE)
            assert await asyncio.wait_for(reader.read(9), 5)
        reader, writer = await asyncio.open_connection("127.0.0.1", small.port)
        stack.callback(writer.close)
        writer.write(PREFACE)
        assert await rest(reader) == b""


async def test_who_floods_grpc_with_pings_is_sent_away(gate: GatewayProcess) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", gate.grpc.port)
    writer.write(PREFACE)
    told = b""
    for _ in range(20):
        writer.write(b"\0\0\x08\x06\0\0\0\0\0" + b"12345678")
        told += await asyncio.wait_for(reader.read(4096), 8)
        if b"too_many_pings" in told:
            break
    assert b"too_many_pings" in told
    writer.close()
