"""The gateway as a process: a node with guests, and the servers they come through."""

import asyncio
import contextlib
import logging
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from django.conf import settings

from agentcluster.errors import AgentClusterError, UnavailableError
from agentcluster.health.checks import NotReadyError, check_nats
from agentcluster.health.server import HealthServer, serving
from agentcluster.messaging import Bus, connect
from agentcluster.streams.batch import BatchWriter
from agentcluster.tasks import end
from agents.cluster.view import ClusterView
from agents.gateway.gateway import Gateway
from agents.gateway.grpc_server import GrpcServer
from agents.gateway.tasks import TaskDesk
from agents.gateway.ws_server import WsServer
from agents.node.beats import NodeProfile
from agents.node.node import Node
from agents.policies import following

logger = logging.getLogger(__name__)

CONNECT_S: Final = 30.0
PROCESS: Final = "gateway"


class PortTakenError(AgentClusterError):
    """The gateway cannot listen there."""

    code = "port_taken"
    status = 400


@dataclass(frozen=True)
class Listening:
    """Where the gateway listens (port 0: any free one); ``tls`` are the files of certificate chain and key."""

    host: str
    grpc_port: int
    ws_port: int
    tls: tuple[Path, Path] | None = None


class GatewayProcess:
    """All of it on one loop: ``start``, ``stop``."""

    def __init__(self, bus: Bus, writer: BatchWriter, about: NodeProfile, listening: Listening) -> None:
        """Nothing listens before ``start``."""
        self._listening = listening
        self.node = Node(bus, writer, about, (), guests=True)
        self.gateway = Gateway(
            self.node, max_connections=settings.GATEWAY_MAX_CONNECTIONS, resume_s=settings.GATEWAY_RESUME_S
        )
        self.view = ClusterView(bus)
        self.desk = TaskDesk(bus, self.view, writer, about.node_id)
        self.grpc = GrpcServer(self.gateway, self.desk)
        self.ws = WsServer(self.gateway, self.desk)

    async def start(self) -> None:
        """Join the cluster, then let others in; PortTakenError, BusUnavailableError."""
        await self.node.start(CONNECT_S)
        await self.view.start(wait_s=CONNECT_S)
        await self.desk.start()
        await self.gateway.start()
        where, tls = self._listening, self._listening.tls
        for name, server, port in (("gRPC", self.grpc, where.grpc_port), ("WebSocket", self.ws, where.ws_port)):
            try:
                await server.start(where.host, port, tls)
            except OSError as error:
                raise PortTakenError(
                    f"The {name} gateway cannot listen on {where.host}:{port} ({error}). "
                    "Choose others with GATEWAY_GRPC_PORT and GATEWAY_WS_PORT."
                ) from error
        logger.info(
            "agents join over gRPC at %s:%d and over WebSockets at %s://%s:%d/gateway/ws",
            where.host,
            self.grpc.port,
            "wss" if tls else "ws",
            where.host,
            self.ws.port,
        )

    async def stop(self, finish_s: float | None = None) -> None:
        """Let the calls of guests finish, see them out, and leave the cluster."""
        self.gateway.stopping = True
        await (self.node.stop() if finish_s is None else self.node.stop(finish_s))
        await self.gateway.close()
        await asyncio.gather(self.grpc.stop(), self.ws.stop())
        await self.desk.stop()
        await self.view.stop()


async def serve(about: NodeProfile, listening: Listening, ended: asyncio.Event) -> None:
    """Run a gateway until ``ended``."""
    async with serving(PROCESS) as health:
        await _serve(about, listening, ended, health)


async def _serve(about: NodeProfile, listening: Listening, ended: asyncio.Event, health: HealthServer) -> None:
    following.start(PROCESS, asyncio.get_running_loop())
    writer = BatchWriter(settings.REDIS_URL)
    connecting = asyncio.ensure_future(connect(settings.NATS_URL, about.node_id, wait_s=CONNECT_S))
    stopping = asyncio.ensure_future(ended.wait())
    try:
        await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not connecting.done():
            return
        async with connecting.result() as bus:
            gateway = GatewayProcess(bus, writer, about, listening)
            try:
                await gateway.start()
                health.checks |= {"nats": partial(check_nats, bus), PROCESS: partial(_lets_in, gateway)}
                await stopping
            finally:
                logger.info("stopping: calls at work may finish")
                with contextlib.suppress(UnavailableError):
                    await gateway.stop()
    finally:
        await end(connecting, stopping)
        await writer.close()
        await asyncio.to_thread(following.stop)


def _lets_in(process: GatewayProcess) -> str:
    if process.gateway.stopping:
        raise NotReadyError("it is stopping")
    return f"{len(process.node.agents)} agents have joined"
