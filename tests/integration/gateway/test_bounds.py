"""What is published fits what is served; slow readers and those who send too much are let go; TLS."""

import asyncio
import datetime as dt
import json
import ssl
from pathlib import Path

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc
from websockets.asyncio.client import connect

from agentcluster.messaging import Bus
from agentcluster.streams.batch import BatchWriter
from agents.gateway import connection as connection_module
from agents.gateway.generate import PROJECT, generate
from agents.gateway.generated import agent_service_pb2 as pb
from agents.gateway.grpc_server import SERVICE
from agents.gateway.process import GatewayProcess, Listening, PortTakenError
from agents.node.node import profile
from tests.agents.client import Caller
from tests.integration.gateway.conftest import new_token
from tests.integration.gateway.guests import GrpcGuest, guest
from tests.integration.gateway.manifests import brought
from tests.integration.gateway.test_joining import WIRES, call, joined


def test_the_generated_code_is_that_of_the_published_proto(tmp_path: Path) -> None:
    (tmp_path / "agents" / "gateway" / "generated").mkdir(parents=True)
    generate(tmp_path)
    for made in (tmp_path / "agents" / "gateway" / "generated").iterdir():
        assert made.read_text() == (PROJECT / made.relative_to(tmp_path)).read_text(), made.name


async def test_health_and_reflection_tell_what_is_there(gate: GatewayProcess) -> None:
    async with grpc.aio.insecure_channel(f"127.0.0.1:{gate.grpc.port}") as channel:
        health = health_pb2_grpc.HealthStub(channel)
        answer = await health.Check(health_pb2.HealthCheckRequest(service=SERVICE))
        assert answer.status == health_pb2.HealthCheckResponse.SERVING
        stub = reflection_pb2_grpc.ServerReflectionStub(channel)
        asked = iter([reflection_pb2.ServerReflectionRequest(list_services="")])
        async for found in stub.ServerReflectionInfo(asked):
            assert SERVICE in {service.name for service in found.list_services_response.service}


@WIRES
async def test_a_message_over_the_limit_ends_the_connection(
    wire: str, gate: GatewayProcess, token: str, bus: Bus
) -> None:
    async with guest(wire, gate, token) as one:
        await joined(one, await Caller.of(bus, gate.node))
        await one.result("run/x/1", {"text": "x" * 5_000_000})
        await asyncio.wait_for(one.ended.wait(), 10)
        if wire == "grpc":
            assert one.error.code() is grpc.StatusCode.RESOURCE_EXHAUSTED
        else:
            assert one.socket.close_code == 1009


async def test_who_does_not_read_is_let_go_and_its_calls_fail(
    gate: GatewayProcess, token: str, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection_module, "STALL_S", 1.0)
    caller = await Caller.of(bus, gate.node)
    async with guest("ws", gate, token) as one:
        await joined(one, caller)
        one.socket.transport.pause_reading()
        large = [await call(caller, text="x" * 900_000) for _ in range(2)]
        for _ in range(8):
            # Small ones fill what the wire still takes: answers to results that nobody waits for.
            for number in range(2000):
                await one.result(f"run/{number}/{'y' * 500}", {})
            await asyncio.sleep(0.1)
        replies = [await caller.final(call_id) for call_id in large]
        assert {reply.error.code for reply in replies if reply.error} == {"agent_disconnected"}


async def test_tls_when_asked_for(bus: Bus, writer: BatchWriter, token: str, tmp_path: Path) -> None:
    chain, key = certificate(tmp_path)
    secure = GatewayProcess(bus, writer, profile("secure", "", "gateway"), Listening("127.0.0.1", 0, 0, (chain, key)))
    await secure.start()
    credentials = grpc.ssl_channel_credentials(chain.read_bytes())
    client = GrpcGuest(secure.grpc.port, token)
    async with grpc.aio.secure_channel(f"localhost:{secure.grpc.port}", credentials) as channel:
        from agents.gateway.generated import agent_service_pb2_grpc as pb_grpc

        answer = await pb_grpc.AgentServiceStub(channel).SendHeartbeat(
            pb.SendHeartbeatRequest(session="x"), metadata=client.metadata
        )
        assert answer.known is False
    with pytest.raises(grpc.aio.AioRpcError):
        await client.stub.SendHeartbeat(pb.SendHeartbeatRequest(), metadata=client.metadata, timeout=3)
    await client.close()
    # A login and what follows it, large and at once, come through as without TLS.
    root = await asyncio.to_thread(new_token, "brings", join=("shout",), register=("shout",))
    title = {"en": "x" * 100_000}
    async with connect(
        f"wss://localhost:{secure.ws.port}/gateway/ws", ssl=ssl.create_default_context(cafile=str(chain))
    ) as socket:
        await socket.send(json.dumps({"type": "login", "token": root}))
        await socket.send(json.dumps({"type": "hello", "manifest": brought("shout", description=title)}))
        assert json.loads(await asyncio.wait_for(socket.recv(), 10))["manifest"]["description"] == title
    await secure.stop(finish_s=0)


async def test_a_port_that_is_taken_is_said_with_the_setting(
    gate: GatewayProcess, bus: Bus, writer: BatchWriter
) -> None:
    other = GatewayProcess(bus, writer, profile("other", "", "gateway"), Listening("127.0.0.1", 0, gate.ws.port))
    with pytest.raises(PortTakenError, match="GATEWAY_WS_PORT"):
        await other.start()
    await other.stop(finish_s=0)


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate of localhost and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, private = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return chain, private
