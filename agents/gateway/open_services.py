"""What the gRPC server tells everybody, logged in or not: whether it is well, and what it offers (reflection).

Who asks holds a place of its own kind, so that strangers who hold many keep no agent out. Every method is served as a
stream, which looks the same from outside: nothing of a message is read before there is a place.
"""

from collections.abc import AsyncIterator
from typing import Any, Final

import grpc
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

from agentcluster.errors import AgentClusterError
from agents.gateway.grpc_context import Context, abort, address_of, only
from agents.gateway.lobby import Lobby

OPEN_MAX: Final = 256
OPEN_EACH: Final = 32
"""Requests to health and reflection at a time, in all and from one address."""


class OpenServices:
    """Health and reflection, within bounds."""

    def __init__(self, names: tuple[str, ...]) -> None:
        """Tell of the services ``names``, and of these."""
        self.status = health.aio.HealthServicer()
        self.lobby = Lobby(OPEN_MAX, OPEN_EACH)
        self._reflected = reflection.aio.ReflectionServicer((*names, health.SERVICE_NAME, reflection.SERVICE_NAME))

    async def check(self, incoming: AsyncIterator[Any], context: Context) -> Any:
        """Answer how a service is."""
        try:
            with self.lobby.waiting(address_of(context)):
                return await self.status.Check(await only(incoming), context)
        except AgentClusterError as error:
            await abort(context, error)

    async def watch(self, incoming: AsyncIterator[Any], context: Context) -> None:
        """Tell how a service is, and whenever that changes."""
        try:
            with self.lobby.waiting(address_of(context)):
                await self.status.Watch(await only(incoming), context)
        except AgentClusterError as error:
            await abort(context, error)

    async def reflect(self, incoming: AsyncIterator[Any], context: Context) -> None:
        """Answer questions about the services."""
        try:
            with self.lobby.waiting(address_of(context)):
                async for answer in self._reflected.ServerReflectionInfo(incoming, context):
                    await context.write(answer)
        except AgentClusterError as error:
            await abort(context, error)

    def add_to(self, server: Any) -> None:
        """Have ``server`` (``grpc.aio.Server``) serve them."""
        asked, told = health_pb2.HealthCheckRequest.FromString, health_pb2.HealthCheckResponse.SerializeToString
        questions = reflection_pb2.ServerReflectionRequest.FromString
        answers = reflection_pb2.ServerReflectionResponse.SerializeToString
        of_health = {
            "Check": grpc.stream_unary_rpc_method_handler(self.check, asked, told),
            "Watch": grpc.stream_stream_rpc_method_handler(self.watch, asked, told),
        }
        of_reflection = {
            "ServerReflectionInfo": grpc.stream_stream_rpc_method_handler(self.reflect, questions, answers)
        }
        for name, methods in ((health.SERVICE_NAME, of_health), (reflection.SERVICE_NAME, of_reflection)):
            server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(name, methods),))
