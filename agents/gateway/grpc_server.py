"""``AgentService`` over gRPC (features B5)."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final, NoReturn

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from agentcluster.errors import AgentClusterError
from agentcluster.tasks import end
from agents.gateway import access
from agents.gateway.access import Guest
from agents.gateway.blocking import ask
from agents.gateway.connection import Connection
from agents.gateway.conversation import Conversation
from agents.gateway.errors import NotLoggedInError, SilentError
from agents.gateway.gateway import Gateway
from agents.gateway.generated import agent_service_pb2 as pb
from agents.gateway.generated import agent_service_pb2_grpc as pb_grpc
from agents.gateway.protobuf import read_task, read_update, task_response, update
from agents.gateway.protocol import MESSAGE_MAX, FromSocket
from agents.gateway.tasks import TaskDesk

logger = logging.getLogger(__name__)

SERVICE: Final = pb.DESCRIPTOR.services_by_name["AgentService"].full_name
HELLO_S: Final = 10.0
STOP_S: Final = 3.0
CODE_KEY: Final = "agentcluster-code"
"""Trailing metadata: the code of the error, as the documents name it."""
OPTIONS: Final = (
    ("grpc.max_receive_message_length", MESSAGE_MAX + 16 * 1024),
    ("grpc.max_send_message_length", MESSAGE_MAX + 16 * 1024),
    ("grpc.max_metadata_size", 16 * 1024),
    ("grpc.max_concurrent_streams", 256),
    ("grpc.keepalive_time_ms", 15_000),
    ("grpc.keepalive_timeout_ms", 5_000),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
    ("grpc.so_reuseport", 0),
)
_STATUS: Final = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    408: grpc.StatusCode.DEADLINE_EXCEEDED,
    409: grpc.StatusCode.FAILED_PRECONDITION,
    413: grpc.StatusCode.INVALID_ARGUMENT,
    422: grpc.StatusCode.INVALID_ARGUMENT,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    503: grpc.StatusCode.UNAVAILABLE,
}

Context = Any
"""``grpc.aio.ServicerContext``, which has no types of its own."""


class AgentService(pb_grpc.AgentServiceServicer):
    """The service; each method begins with the token in the metadata."""

    def __init__(self, gateway: Gateway, desk: TaskDesk) -> None:
        """Serve both."""
        self._gateway, self._desk = gateway, desk

    async def StreamUpdates(self, incoming: AsyncIterator[pb.AgentUpdate], context: Context) -> None:  # noqa: N802
        """Join, and stay for as long as the stream stands."""
        connection = Connection()
        try:
            guest = await _guest(context)
            self._gateway.enter(guest, connection)
        except AgentClusterError as error:
            await _abort(context, error)
        talk = Conversation(self._gateway, self._desk, guest, connection)
        listening = asyncio.ensure_future(talk.listen(_updates(incoming)))
        try:
            async for message in connection.messages():
                await context.write(update(message))
        finally:
            connection.end()
            await end(listening)
        if connection.ended is not None:
            await _abort(context, connection.ended)

    async def SendTask(self, request: pb.SendTaskRequest, context: Context) -> pb.SendTaskResponse:  # noqa: N802
        """Give an agent a task and wait for it."""
        try:
            return task_response(await self._desk.ask(await _guest(context), read_task(request)))
        except AgentClusterError as error:
            await _abort(context, error)

    async def SendHeartbeat(self, request: pb.SendHeartbeatRequest, context: Context) -> pb.SendHeartbeatResponse:  # noqa: N802
        """Note that an agent lives."""
        try:
            seat = self._gateway.find(request.session, await _guest(context))
        except AgentClusterError as error:
            await _abort(context, error)
        if seat is None:
            return pb.SendHeartbeatResponse(known=False)
        if seat.connection is not None:
            seat.connection.heard()
        hosted = seat.hosted
        return pb.SendHeartbeatResponse(known=True, instance=hosted.instance, in_flight=hosted.in_flight)


class GrpcServer:
    """The server with health and reflection; ``port`` is where it listens, once it does."""

    def __init__(self, gateway: Gateway, desk: TaskDesk) -> None:
        """Make it inside the running loop."""
        self.port = 0
        self._server = grpc.aio.server(options=OPTIONS)
        self._health = health.aio.HealthServicer()
        pb_grpc.add_AgentServiceServicer_to_server(AgentService(gateway, desk), self._server)  # type: ignore[no-untyped-call]
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection((SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server)

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
            await self._health.set(service, health_pb2.HealthCheckResponse.SERVING)

    async def stop(self) -> None:
        """Take nothing new, and end."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(STOP_S)


async def _guest(context: Context) -> Guest:
    given = dict(context.invocation_metadata() or ()).get("authorization")
    if not isinstance(given, str):
        raise NotLoggedInError
    return await ask(access.identify, access.from_header(given), _address(context.peer()))


async def _updates(incoming: AsyncIterator[pb.AgentUpdate]) -> AsyncIterator[FromSocket]:
    """Go through what the agent says; the first word must come soon. A broken stream is an end like another."""
    messages = aiter(incoming)
    limit_s: float | None = HELLO_S
    while True:
        try:
            message = await asyncio.wait_for(anext(messages), limit_s)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise SilentError(f"No “hello” came within {HELLO_S:g} s.") from None
        except grpc.RpcError:
            return
        limit_s = None
        yield read_update(message)


async def _abort(context: Context, error: AgentClusterError) -> NoReturn:
    with contextlib.suppress(Exception):
        context.set_trailing_metadata(((CODE_KEY, error.code),))
    code = _STATUS.get(error.status, grpc.StatusCode.INTERNAL)
    await context.abort(code, f"{error.code}: {error.message}")
    raise AssertionError("abort raises")


def _address(peer: str) -> str:
    """Return the address in ``ipv4:127.0.0.1:5000`` or ``ipv6:%5B::1%5D:5000``."""
    return peer.partition(":")[2].rpartition(":")[0].replace("%5B", "").replace("%5D", "").strip("[]")


def _read(tls: tuple[Path, Path]) -> tuple[bytes, bytes]:
    chain, key = tls
    return chain.read_bytes(), key.read_bytes()
