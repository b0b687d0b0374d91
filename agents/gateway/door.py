"""A WebSocket before it is known who is at its other end.

Of a stranger the gateway reads the request and one message of a few KB, frame by frame, and nothing further: what
follows waits unread, or undivided in what was read with it, until ``let_in``.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from websockets.asyncio.server import Server, ServerConnection
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from agentcluster.errors import AgentClusterError
from agents.gateway.access import Guest
from agents.gateway.lobby import Lobby
from agents.gateway.protocol import MESSAGE_MAX

REQUEST_MAX: Final = 32 * 1024
"""Bytes of the request that opens a WebSocket, cookies and all."""
LOGIN_MAX: Final = 8 * 1024
"""Bytes that a stranger may send before and in the message “login”."""
_DATA: Final = (0, 1, 2)
_CLOSE: Final = 8
_CONTROL_MAX: Final = 131


class Door(ServerConnection):
    """``guest`` or ``refusal`` is what came of a token in the request's header; both are None without one."""

    def __init__(self, hall: Lobby, protocol: ServerProtocol, server: Server, **options: Any) -> None:
        """``hall`` counts every connection until it is let in."""
        super().__init__(protocol, server, **options)
        self.guest: Guest | None = None
        self.refusal: AgentClusterError | None = None
        self._hall = hall
        self._leave: list[Callable[[], None]] = []
        self._held = bytearray()
        self._room = LOGIN_MAX
        self._skip = 0
        self._listens = self._open = self._refused = False
        protocol.max_message_size = LOGIN_MAX

    def enter(self, lobby: Lobby, address: str) -> None:
        """Take a place among those that wait to be let in; FullError."""
        self._leave.append(lobby.enter(address))

    async def first(self) -> str | bytes:
        """Return the first message; ConnectionClosed."""
        self._listens = True
        self._read(on=True)
        self._take_message()
        return await self.recv()

    def let_in(self) -> None:
        """Read whatever comes from now on."""
        self._leave_all()
        self.protocol.max_message_size = MESSAGE_MAX
        self._open_up()

    def turn_away(self) -> None:
        """Take nothing more but the other side's goodbye."""
        self._listens, self._refused = False, True
        self._read(on=True)
        self._take_goodbye()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place in the hall; a connection that finds none ends without a word."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        try:
            self.enter(self._hall, str(peer[0]) if peer else "")
        except AgentClusterError:
            self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Leave."""
        self._leave_all()
        self._held.clear()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take no more than may be said at this moment."""
        if self._open:
            super().data_received(data)
            return
        self._held += data
        if self.request is None:
            self._take_request()
        elif self._refused:
            self._take_goodbye()
        elif self._listens:
            self._take_message()
        else:
            self._hold()

    def _take_request(self) -> None:
        length = self._held.find(b"\r\n\r\n") + 4
        if length < 4:
            if len(self._held) > REQUEST_MAX:
                self.transport.abort()
            return
        super().data_received(self._cut(length))
        self._hold()

    def _take_message(self) -> None:
        """Read up to the end of the first message, or to what is too much."""
        while (length := _frame_length(self._held)) and (length <= len(self._held) or length > self._room):
            ends = bool(self._held[0] & 0x80) and self._held[0] & 0x0F in _DATA
            self._room -= length
            super().data_received(self._cut(length))
            if self.protocol.state is not OPEN:
                self._open_up()
                return
            if self._room < 0:
                self.transport.abort()
                return
            if ends:
                self._listens = False
                self._hold()
                return

    def _take_goodbye(self) -> None:
        """Throw away what comes, frame by frame, but for the one that closes."""
        while self._held and not self._open:
            if self._skip:
                self._skip -= len(self._cut(min(self._skip, len(self._held))))
                continue
            length = _frame_length(self._held)
            if self._held[0] & 0x0F != _CLOSE or length > _CONTROL_MAX:
                self._skip = length
            elif length <= len(self._held):
                super().data_received(self._cut(length))
                self._open_up()
            if not self._skip and not self._open:
                return

    def _cut(self, length: int) -> bytes:
        piece = bytes(self._held[:length])
        del self._held[:length]
        return piece

    def _open_up(self) -> None:
        self._open = True
        self._read(on=True)
        if self._held:
            super().data_received(self._cut(len(self._held)))

    def _hold(self) -> None:
        """Read no further where more has come than is asked for; else go on, to see the other side leave."""
        if self._held:
            self._read(on=False)

    def _read(self, *, on: bool) -> None:
        if not self.transport.is_closing():
            (self.transport.resume_reading if on else self.transport.pause_reading)()

    def _leave_all(self) -> None:
        while self._leave:
            self._leave.pop()()


def _frame_length(data: bytearray) -> int:
    """Return how long the frame is that ``data`` begins with (RFC 6455, 5.2); 0 while that cannot be told."""
    if len(data) < 2:
        return 0
    size, mask = data[1] & 0x7F, 4 if data[1] & 0x80 else 0
    wide = {126: 2, 127: 8}.get(size, 0)
    if len(data) < 2 + wide:
        return 0
    return 2 + wide + mask + (int.from_bytes(data[2 : 2 + wide], "big") if wide else size)
