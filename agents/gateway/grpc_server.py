"""``AgentService`` over gRPC (features B5)."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import grpc
from django.conf import settings
from grpc_health.v1 import health_pb2

from agentcluster.errors import AgentClusterError
from agentcluster.tasks import end
from agents.gateway.connection import Connection
from agents.gateway.conversation import Conversation
from agents.gateway.errors import SilentError
from agents.gateway.gateway import Gateway
from agents.gateway.generated import agent_service_pb2 as pb
from agents.gateway.grpc_context import FIRST_S, Context, abort, address_of, guest_of, only
from agents.gateway.lobby import Lobby
from agents.gateway.open_services import OPEN_MAX, OpenServices
from agents.gateway.protobuf import read_task, read_update, task_response, update
from agents.gateway.protocol import MESSAGE_MAX, FromSocket
from agents.gateway.tasks import TASKS_MAX, TaskDesk

SERVICE: Final = pb.DESCRIPTOR.services_by_name["AgentService"].full_name
STOP_S: Final = 3.0
ARRIVING_MAX: Final = 1024
STREAMS_MAX: Final = 256
"""Calls on one connection at a time; so many from one address may be asked who they are at a time, too."""
SPARE_CONNECTIONS: Final = 1000
"""Connections beside those of agents: of programs that give tasks, and of those that only look."""
OPTIONS: Final = (
    ("grpc.max_receive_message_length", MESSAGE_MAX + 16 * 1024),
    ("grpc.max_send_message_length", MESSAGE_MAX + 16 * 1024),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.max_concurrent_streams", STREAMS_MAX),
    ("grpc.server_handshake_timeout_ms", 10_000),
    ("grpc.max_connection_idle_ms", 300_000),
    ("grpc.keepalive_time_ms", 15_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
    ("grpc.http2.max_ping_strikes", 2),
    ("grpc.so_reuseport", 0),
)


class AgentService:
    """The service; each method begins with the token in the metadata, before anything of a message is read."""

    def __init__(self, gateway: Gateway, desk: TaskDesk) -> None:
        """Serve both."""
        self._gateway, self._desk = gateway, desk
        self.lobby = Lobby(ARRIVING_MAX, STREAMS_MAX)

    async def stream_updates(self, incoming: AsyncIterator[pb.AgentUpdate], context: Context) -> None:
        """Join, and stay for as long as the stream stands."""
        connection = Connection()
        try:
            guest = await guest_of(context, self.lobby)
            self._gateway.enter(guest, connection)
        except AgentClusterError as error:
            await abort(context, error)
        talk = Conversation(self._gateway, self._desk, guest, connection, address_of(context))
        listening = asyncio.ensure_future(talk.listen(_updates(incoming)))
        try:
            async for message in connection.messages():
                await context.write(update(message))
        finally:
            connection.end()
            await end(listening)
        if connection.ended is not None:
            await abort(context, connection.ended)

    async def send_task(self, incoming: AsyncIterator[pb.SendTaskRequest], context: Context) -> pb.SendTaskResponse:
        """Give an agent a task and wait for it."""
        try:
            guest = await guest_of(context, self.lobby)
            asked = read_task(await only(incoming))
            return task_response(await self._desk.ask(guest, asked, address_of(context)))
        except AgentClusterError as error:
            await abort(context, error)

    async def send_heartbeat(
        self, incoming: AsyncIterator[pb.SendHeartbeatRequest], context: Context
    ) -> pb.SendHeartbeatResponse:
        """Note that an agent lives."""
        try:
            guest = await guest_of(context, self.lobby)
            seat = self._gateway.find((await only(incoming)).session, guest)
        except AgentClusterError as error:
            await abort(context, error)
        if seat is None:
            return pb.SendHeartbeatResponse(known=False)
        if seat.connection is not None:
            seat.connection.heard()
        hosted = seat.hosted
        return pb.SendHeartbeatResponse(known=True, instance=hosted.instance, in_flight=hosted.in_flight)

    def add_to(self, server: Any) -> None:
        """Have ``server`` serve it. Calls of one message are served as streams, too: it is the same on the wire."""
        methods = {
            "StreamUpdates": grpc.stream_stream_rpc_method_handler(
                self.stream_updates, pb.AgentUpdate.FromString, pb.GatewayUpdate.SerializeToString
            ),
            "SendTask": grpc.stream_unary_rpc_method_handler(
                self.send_task, pb.SendTaskRequest.FromString, pb.SendTaskResponse.SerializeToString
            ),
            "SendHeartbeat": grpc.stream_unary_rpc_method_handler(
                self.send_heartbeat, pb.SendHeartbeatRequest.FromString, pb.SendHeartbeatResponse.SerializeToString
            ),
        }
        server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(SERVICE, methods),))


class GrpcServer:
    """The server with health and reflection; ``port`` is where it listens, once it does."""

    def __init__(self, gateway: Gateway, desk: TaskDesk) -> None:
        """Make it inside the running loop."""
        self.port = 0
        agents: int = settings.GATEWAY_MAX_CONNECTIONS
        self._server = grpc.aio.server(
            options=(*OPTIONS, ("grpc.max_allowed_incoming_connections", agents + SPARE_CONNECTIONS)),
            maximum_concurrent_rpcs=agents + TASKS_MAX + ARRIVING_MAX + OPEN_MAX,
        )
        self.service, self.open = AgentService(gateway, desk), OpenServices((SERVICE,))
        self.service.add_to(self._server)
        self.open.add_to(self._server)

    async def start(self, host: str, port: int, tls: tuple[Path, Path] | None = None) -> None:
        """Listen; ``tls`` are the files of certificate chain and key. OSError when the port cannot be had."""
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        try:
            if tls is None:
                self.port = self._server.add_insecure_port(address)
            else:
                chain, key = _read(tls)
                self.port = self._server.add_secure_port(address, grpc.ssl_server_credentials([(key, chain)]))
        except RuntimeError as error:
            raise OSError(f"{address} cannot be listened on") from error
        await self._server.start()
        for service in ("", SERVICE):
            await self.open.status.set(service, health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        """Take nothing new, and end."""
        await self.open.status.enter_graceful_shutdown()
        await self._server.stop(STOP_S)


async def _updates(incoming: AsyncIterator[pb.AgentUpdate]) -> AsyncIterator[FromSocket]:
    """Go through what the agent says; the first word must come soon. A broken stream is an end like another."""
    messages = aiter(incoming)
    limit_s: float | None = FIRST_S
    while True:
        try:
            message = await asyncio.wait_for(anext(messages), limit_s)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise SilentError(f"No “hello” came within {FIRST_S:g} s.") from None
        except grpc.RpcError:
            return
        limit_s = None
        yield read_update(message)


def _read(tls: tuple[Path, Path]) -> tuple[bytes, bytes]:
    chain, key = tls
    return chain.read_bytes(), key.read_bytes()
