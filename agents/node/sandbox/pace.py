"""How fast a process may talk to its node: whoever talks faster waits, and costs the node nothing."""

import asyncio

from agentcluster.clock import monotonic


class Pace:
    """A budget that fills up with time; ``take`` waits until it is no longer overdrawn."""

    def __init__(self, a_second: float, at_once: float) -> None:
        """``a_second`` over time, ``at_once`` after a rest."""
        self._rate, self._most = a_second, at_once
        self._left, self._at = at_once, monotonic()

    async def take(self, amount: float) -> None:
        """Use up some of it."""
        now = monotonic()
        self._left = min(self._most, self._left + (now - self._at) * self._rate) - amount
        self._at = now
        if self._left < 0:
            await asyncio.sleep(-self._left / self._rate)
