"""Flow control: how much may be on its way to a browser that has not said it got it."""

import asyncio
from collections import deque
from collections.abc import Sequence
from typing import Final

from agentcluster.streams.entries import Entry

EVENTS: Final = 2000
"""Events sent and not acknowledged, at most."""
BYTES: Final = 4 * 1024 * 1024
"""Their size at most; a single event may be larger when nothing else is on its way."""


class Window:
    """What is on its way to one listener."""

    def __init__(self) -> None:
        """Begin with nothing on its way."""
        self._flying: deque[tuple[int, int]] = deque()
        self._bytes = 0
        self._moved = asyncio.Event()

    async def admit(self, entries: Sequence[Entry]) -> int:
        """Wait until the first of ``entries`` may be sent; return how many may be, now taken as sent."""
        while not self._has_room(entries[0]):
            self._moved.clear()
            await self._moved.wait()
        count = 0
        for entry in entries:
            if not self._has_room(entry):
                break
            self._flying.append((entry.seq, len(entry.data)))
            self._bytes += len(entry.data)
            count += 1
        return count

    async def drained(self) -> None:
        """Wait until the listener has everything that was sent."""
        while self._flying:
            self._moved.clear()
            await self._moved.wait()

    def acknowledge(self, cursor: int) -> None:
        """Note that the listener has everything up to ``cursor``; what was never sent cannot be acknowledged."""
        while self._flying and self._flying[0][0] <= cursor:
            self._bytes -= self._flying.popleft()[1]
        self._moved.set()

    def _has_room(self, entry: Entry) -> bool:
        fits = len(self._flying) < EVENTS and self._bytes + len(entry.data) <= BYTES
        return fits or not self._flying
