"""An agent as others write it, over either wire: it joins, answers calls, and notes everything it is told."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from google.protobuf.json_format import MessageToDict
from websockets.asyncio.client import ClientConnection, connect

from agents.gateway.generated import agent_service_pb2 as pb
from agents.gateway.generated import agent_service_pb2_grpc as pb_grpc

Told = dict[str, Any]
JSON_FIELDS = ("input", "output", "progress", "manifest")


def bearer(token: str) -> tuple[tuple[str, str], ...]:
    return (("authorization", f"Bearer {token}"),)


class Guest:
    """What both have: ``told`` is everything the gateway said, in order."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.news = asyncio.Event()
        self.ended = asyncio.Event()
        self.reader: asyncio.Task[None] | None = None

    async def heard(self, type: str, where: Callable[[Told], bool] = lambda _: True, timeout_s: float = 10.0) -> Told:
        """Return the first message of a type."""
        async with asyncio.timeout(timeout_s):
            while True:
                for message in self.told:
                    if message["type"] == type and where(message):
                        return message
                assert not self.ended.is_set(), f"the connection has ended without {type}: {self.told}"
                self.news.clear()
                await self.news.wait()

    def count(self, type: str) -> int:
        return sum(message["type"] == type for message in self.told)

    def note(self, message: Told) -> None:
        self.told.append(message)
        self.news.set()

    def note_end(self) -> None:
        self.ended.set()
        self.news.set()


class GrpcGuest(Guest):
    def __init__(self, port: int, token: str) -> None:
        super().__init__()
        self.channel = grpc.aio.insecure_channel(
            f"127.0.0.1:{port}", options=[("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        )
        self.stub = pb_grpc.AgentServiceStub(self.channel)
        self.metadata = bearer(token)
        self.error: grpc.aio.AioRpcError | None = None

    async def join(self, **hello: Any) -> "GrpcGuest":
        if "manifest" in hello:
            hello["manifest"] = json.dumps(hello["manifest"])
        self.call = self.stub.StreamUpdates(metadata=self.metadata)
        self.reader = asyncio.ensure_future(self._read())
        with contextlib.suppress(grpc.aio.AioRpcError, asyncio.InvalidStateError):
            await self.call.write(pb.AgentUpdate(hello=pb.Hello(**hello)))
        return self

    async def say(self, **update: Any) -> None:
        await self.call.write(pb.AgentUpdate(**update))

    async def result(self, call_id: str, output: Any) -> None:
        await self.say(result=pb.Result(call_id=call_id, output=json.dumps(output)))

    async def failure(self, call_id: str, **error: Any) -> None:
        await self.say(failure=pb.Failure(call_id=call_id, error=pb.Error(**error)))

    async def progress(self, call_id: str, progress: Any) -> None:
        await self.say(progress=pb.Progress(call_id=call_id, progress=json.dumps(progress)))

    async def heartbeat(self) -> None:
        await self.say(heartbeat=pb.Heartbeat())

    async def goodbye(self) -> None:
        await self.say(goodbye=pb.Goodbye())

    async def break_off(self) -> None:
        """Let the stream break, as a lost connection does."""
        self.call.cancel()
        await self.ended.wait()

    async def close(self) -> None:
        if self.reader is not None:
            self.call.cancel()
            await asyncio.gather(self.reader, return_exceptions=True)
        await self.channel.close()

    async def _read(self) -> None:
        try:
            async for update in self.call:
                kind = update.WhichOneof("update")
                fields = MessageToDict(getattr(update, kind), preserving_proto_field_name=True)
                for name in JSON_FIELDS:
                    if fields.get(name):
                        fields[name] = json.loads(fields[name])
                self.note({"type": kind, **fields})
        except grpc.aio.AioRpcError as error:
            self.error = error
        except asyncio.CancelledError:
            pass
        finally:
            self.note_end()


class WsGuest(Guest):
    def __init__(self, port: int, token: str, origin: str | None = None) -> None:
        super().__init__()
        self.url, self.token, self.origin = f"ws://127.0.0.1:{port}/gateway/ws", token, origin
        self.socket: ClientConnection

    async def open(self) -> "WsGuest":
        self.socket = await connect(self.url, origin=self.origin, max_size=8 * 1024 * 1024)  # type: ignore[arg-type]
        self.reader = asyncio.ensure_future(self._read())
        if self.token:
            await self.say(type="login", token=self.token)
        return self

    async def join(self, **hello: Any) -> "WsGuest":
        await self.open()
        await self.say(type="hello", **hello)
        return self

    async def say(self, **message: Any) -> None:
        await self.socket.send(json.dumps(message))

    async def result(self, call_id: str, output: Any) -> None:
        await self.say(type="result", call_id=call_id, output=output)

    async def failure(self, call_id: str, **error: Any) -> None:
        await self.say(type="failure", call_id=call_id, error=error)

    async def progress(self, call_id: str, progress: Any) -> None:
        await self.say(type="progress", call_id=call_id, progress=progress)

    async def heartbeat(self) -> None:
        await self.say(type="heartbeat")

    async def goodbye(self) -> None:
        await self.say(type="goodbye")

    async def break_off(self) -> None:
        self.socket.transport.abort()
        await self.ended.wait()

    async def close(self) -> None:
        await self.socket.close()
        if self.reader is not None:
            await asyncio.gather(self.reader, return_exceptions=True)

    async def _read(self) -> None:
        try:
            async for message in self.socket:
                self.note(json.loads(message))
        finally:
            self.note_end()


@contextlib.asynccontextmanager
async def guest(kind: str, ports: Any, token: str) -> AsyncIterator[Any]:
    one = GrpcGuest(ports.grpc.port, token) if kind == "grpc" else WsGuest(ports.ws.port, token)
    try:
        yield one
    finally:
        await one.close()
