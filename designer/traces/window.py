"""Flow control: how much may be on its way to a browser that has not said it got it."""

import asyncio
from typing import Final

WINDOW: Final = 2000
"""Events sent and not acknowledged, at most."""


class Window:
    """Counts by cursor: sequence numbers have no gaps, so the difference of two is a number of events."""

    def __init__(self, after: int, size: int = WINDOW) -> None:
        """Begin with everything up to ``after`` sent and acknowledged."""
        self.sent = self.acknowledged = after
        self._size = size
        self._moved = asyncio.Event()

    async def room(self) -> int:
        """Wait until something may be sent, and return how many events."""
        while self.sent - self.acknowledged >= self._size:
            self._moved.clear()
            await self._moved.wait()
        return self._size - (self.sent - self.acknowledged)

    def acknowledge(self, cursor: int) -> None:
        """Note that the listener has everything up to ``cursor``; what was never sent cannot be acknowledged."""
        self.acknowledged = max(self.acknowledged, min(cursor, self.sent))
        self._moved.set()
