"""The same protocol in JSON over WebSockets, for browsers and small devices: ``/gateway/ws`` (features B5)."""

import asyncio
import contextlib
import http
import logging
import ssl
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import urlsplit

import msgspec
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import MultipleValuesError
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from agentcluster.errors import AgentClusterError
from agentcluster.tasks import end
from agents.gateway import access
from agents.gateway.addresses import caller
from agents.gateway.blocking import ask
from agents.gateway.connection import Connection, fault_of
from agents.gateway.conversation import Conversation
from agents.gateway.door import LOGIN_MAX, Door
from agents.gateway.errors import NotLoggedInError, ProtocolError, SilentError
from agents.gateway.gateway import Gateway
from agents.gateway.lobby import Lobby
from agents.gateway.protocol import Fault, FromSocket, Login
from agents.gateway.tasks import TaskDesk

logging.getLogger("websockets.server").setLevel(logging.WARNING)

PATH: Final = "/gateway/ws"
HEALTH: Final = "/health/"
OPENING_S: Final = 10.0
"""So long the request that opens a WebSocket may take, TLS and the look at a token in its header included."""
LOGIN_S: Final = 10.0
ARRIVING_MAX: Final = 256
ARRIVING_EACH: Final = 64
"""WebSockets of which is not known yet who they are, in all and from one address; those beyond are told to come again."""
OPENING_MAX: Final = 2 * ARRIVING_MAX
OPENING_EACH: Final = 2 * ARRIVING_EACH
"""Connections that have not logged in, whatever they are; those beyond are cut off."""
PING_S: Final = 15.0
CLOSE_S: Final = 3.0
BUFFER: Final = 256 * 1024
"""Bytes a slow reader may leave unread before sending to it waits."""
CLOSE_CODES: Final = {401: 4401, 403: 4403, 404: 4404, 408: 4408, 409: 4409, 429: 4429, 503: 4503}

_decode: Final = msgspec.json.Decoder(FromSocket).decode
_encode: Final = msgspec.json.Encoder().encode


class WsServer:
    """The server; ``port`` is where it listens, once it does."""

    def __init__(self, gateway: Gateway, desk: TaskDesk) -> None:
        """Serve both."""
        self.port = 0
        self._gateway, self._desk = gateway, desk
        self.lobby = Lobby(ARRIVING_MAX, ARRIVING_EACH)
        # Behind proxies the connections of everybody come from the same few addresses.
        self.hall = Lobby(OPENING_MAX, OPENING_MAX if settings.GATEWAY_PROXY_COUNT else OPENING_EACH)
        self._server: Server | None = None

    async def start(self, host: str, port: int, tls: tuple[Path, Path] | None = None) -> None:
        """Listen; ``tls`` are the files of certificate chain and key. OSError when the port cannot be had."""
        self._server = await serve(
            self._serve,
            host,
            port,
            process_request=self._admit,
            create_connection=cast(Any, partial(Door, self.hall)),
            open_timeout=OPENING_S,
            max_size=LOGIN_MAX,
            max_queue=16,
            write_limit=BUFFER,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            close_timeout=CLOSE_S,
            server_header=None,
            ssl=_context(tls),
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Take nothing new, and end."""
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _admit(self, socket: ServerConnection, request: Request) -> Response | None:
        """Answer health and refuse what comes from where it may not; None lets the handshake go on."""
        path = urlsplit(request.path).path
        if path.startswith(HEALTH):
            known, ready = path.rstrip("/") in ("/health/live", "/health/ready"), not self._gateway.stopping
            status = http.HTTPStatus.NOT_FOUND if not known else http.HTTPStatus.OK
            if known and path.startswith("/health/ready") and not ready:
                status = http.HTTPStatus.SERVICE_UNAVAILABLE
            return socket.respond(status, f"{status.phrase}\n")
        if path.rstrip("/") != PATH:
            return socket.respond(http.HTTPStatus.NOT_FOUND, f"The gateway is at {PATH}.\n")
        try:
            if not may_come_from(request.headers.get("Host", ""), request.headers.get("Origin")):
                return socket.respond(http.HTTPStatus.FORBIDDEN, "This page may not connect here.\n")
            header = request.headers.get("Authorization")
        except MultipleValuesError as error:
            return socket.respond(http.HTTPStatus.BAD_REQUEST, f"There is more than one header {error}.\n")
        await self._arrive(cast(Door, socket), header)
        return None

    async def _arrive(self, door: Door, header: str | None) -> None:
        """Note who it is, by a header, or why it is refused: both are told once the WebSocket is open."""
        try:
            door.enter(self.lobby, _address(door))
            if header is not None:
                door.guest = await ask(access.identify, access.from_header(header), _address(door))
        except AgentClusterError as error:
            door.refusal = error

    async def _serve(self, socket: ServerConnection) -> None:
        connection = Connection()
        door = cast(Door, socket)
        try:
            guest = door.guest or await _login(door)
            self._gateway.enter(guest, connection)
            door.let_in()
        except AgentClusterError as error:
            door.turn_away()
            await _refuse(socket, error)
            return
        except ConnectionClosed:
            return
        talk = Conversation(self._gateway, self._desk, guest, connection, _address(door))
        listening = asyncio.ensure_future(talk.listen(_messages(socket)))
        try:
            async for message in connection.messages():
                await socket.send(_encode(message), text=True)
        except ConnectionClosed:
            pass
        finally:
            connection.end()
            if connection.ended is not None and connection.ended.code == "slow_reader":
                socket.transport.abort()
            await end(listening)
        await _close(socket, connection.ended)


def may_come_from(host: str, origin: str | None) -> bool:
    """Say whether a page of ``origin`` may connect to ``host``: one of ours. Without an origin it is no browser's page.

    Which port the page is at does not matter (the page and the gateway have different ones); tokens prove the rest.
    """
    if not validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS):
        return False
    if origin is None or origin in settings.CSRF_TRUSTED_ORIGINS:
        return True
    return validate_host(urlsplit(origin).hostname or "", settings.ALLOWED_HOSTS)


async def _login(door: Door) -> access.Guest:
    """Return who it is by the first message."""
    if door.refusal is not None:
        raise door.refusal
    try:
        said = _read(await asyncio.wait_for(door.first(), LOGIN_S))
    except TimeoutError:
        raise SilentError(f"No “login” came within {LOGIN_S:g} s.") from None
    if not isinstance(said, Login):
        raise NotLoggedInError
    return await ask(access.identify, said.token, _address(door))


def _address(door: Door) -> str:
    peer = door.remote_address
    forwarded = door.request.headers.get_all("X-Forwarded-For") if door.request is not None else []
    return caller(str(peer[0]) if peer else "", forwarded)


async def _messages(socket: ServerConnection) -> AsyncIterator[FromSocket]:
    """Go through what the other side says, until it is gone."""
    with contextlib.suppress(ConnectionClosed):
        while True:
            yield _read(await socket.recv())


def _read(data: str | bytes) -> FromSocket:
    try:
        said: FromSocket = _decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ProtocolError(f"This message cannot be read: {error}.") from error
    return said


async def _refuse(socket: ServerConnection, error: AgentClusterError) -> None:
    with contextlib.suppress(ConnectionClosed):
        await socket.send(_encode(Fault(fault_of(error), fatal=True)), text=True)
    await _close(socket, error)


async def _close(socket: ServerConnection, error: AgentClusterError | None) -> None:
    code = 1000 if error is None else CLOSE_CODES.get(error.status, 4400)
    with contextlib.suppress(ConnectionClosed):
        await socket.close(code, "" if error is None else error.code)


def _context(tls: tuple[Path, Path] | None) -> Any:
    if tls is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*tls)
    return context
