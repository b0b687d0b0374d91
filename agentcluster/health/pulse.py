"""Whether the loop of a process turns: it beats, and whoever asks sees for how long it has not."""

import asyncio
from typing import Final

from agentcluster.clock import monotonic

BEAT_S: Final = 1.0
STILL_S: Final = 5.0
"""A loop that has stood still for longer does not live at this moment."""


class Pulse:
    """Beaten by the loop, read by any thread."""

    def __init__(self, still_s: float = STILL_S) -> None:
        """Begin with a beat; after ``still_s`` seconds without one the loop stands still."""
        self._most_s = still_s
        self._beat_s = monotonic()
        self._resting = False

    def beat(self) -> None:
        """Say that the loop has come round."""
        self._beat_s, self._resting = monotonic(), False

    def rest(self) -> None:
        """Say that no beat is to be expected before the next one, as while a connection is made anew."""
        self._resting = True

    @property
    def resting(self) -> bool:
        """Whether no beat is expected now."""
        return self._resting

    @property
    def still_s(self) -> float:
        """For how long (s) the loop has stood still; 0 while it turns, or need not."""
        passed_s = 0.0 if self._resting else monotonic() - self._beat_s
        return passed_s if passed_s > self._most_s else 0.0

    async def keep(self) -> None:
        """Beat with the running loop until cancelled."""
        while True:
            self.beat()
            await asyncio.sleep(BEAT_S)
