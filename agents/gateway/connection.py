"""One connection's way out: what waits to be sent, within bounds, and when it must end."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Final

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agents.domain.calls import CallError
from agents.gateway.protocol import MESSAGE_MAX, Fault, ToSocket

ROOM: Final = 4 * MESSAGE_MAX
"""Bytes of inputs that may wait to be sent; calls beyond wait at the gateway until there is room."""
NOTES_MAX: Final = 10_000
"""Messages that may wait: without inputs they are small, but not nothing."""
STALL_S: Final = 20.0
"""Who takes nothing for so long, while something waits, is let go."""


class Connection:
    """Messages to one peer, in order. ``put`` and ``end`` never wait; the transport takes from ``messages``."""

    def __init__(self) -> None:
        """Begin empty."""
        self.heard_s = monotonic()
        self.ended: AgentClusterError | None = None
        """Why the gateway ended it; None while it stands, or when the other side left."""
        self.on_room: Callable[[], None] = _nothing
        self._waiting: deque[tuple[ToSocket, int]] = deque()
        self._size = 0
        self._closed = False
        self._news = asyncio.Event()
        self._taken_s = monotonic()

    @property
    def closed(self) -> bool:
        """Whether nothing more is sent."""
        return self._closed

    @property
    def stalled(self) -> bool:
        """Whether the peer takes nothing of what waits, or lets too much wait."""
        waits = bool(self._waiting) and monotonic() - self._taken_s > STALL_S
        return waits or len(self._waiting) > NOTES_MAX

    def heard(self) -> None:
        """Note a sign of life."""
        self.heard_s = monotonic()

    def has_room(self, size: int) -> bool:
        """Return whether ``size`` more bytes may wait; a single large message always may."""
        return not self._closed and (not self._size or self._size + size <= ROOM)

    def put(self, message: ToSocket, size: int = 0) -> None:
        """Send ``message``, whose value has ``size`` bytes; nothing happens once the connection has ended."""
        if self._closed:
            return
        if not self._waiting:
            self._taken_s = monotonic()
        self._waiting.append((message, size))
        self._size += size
        self._news.set()

    def end(self, error: AgentClusterError | None = None) -> None:
        """Send what waits (nothing, to one who does not read), then why, and end."""
        if self._closed:
            return
        if self.stalled:
            self._waiting.clear()
        if error is not None:
            self.ended = error
            self.put(Fault(fault_of(error), fatal=True))
        self._closed = True
        self._news.set()

    async def messages(self) -> AsyncIterator[ToSocket]:
        """Go through all there is to send, until the end."""
        while True:
            while self._waiting:
                message, size = self._waiting.popleft()
                yield message
                self._size -= size
                self._taken_s = monotonic()
                self.on_room()
            if self._closed:
                return
            self._news.clear()
            await self._news.wait()


def fault_of(error: AgentClusterError) -> CallError:
    """Return the error as it travels."""
    field = error.data.get("field", "")
    data = {key: value for key, value in error.data.items() if key != "field"}
    return CallError(error.code, error.message, error.retryable, field if isinstance(field, str) else "", data)


def _nothing() -> None:
    """Nobody waits for room."""
