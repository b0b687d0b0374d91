"""Asking a child every few seconds whether it lives, and ending one that does not, so that it is started again.

A process that hangs never exits: without this it would stay as it is (features A7).
"""

from asyncio import sleep
from collections.abc import Callable
from pathlib import Path
from typing import Final

import httpx

from agentcluster.health import places
from agentcluster.up.child import Child

PROBE_EVERY_S: Final = 5.0
ANSWER_S: Final = 5.0
FAILURES: Final = 3
"""So many probes in a row that fail mean: down."""
START_S: Final = 60.0
"""How long a process may take until it answers for the first time."""


class Watchman:
    """Watches one child, over all its starts. A child without an address of its own is found by its file."""

    def __init__(self, home: Path, child: Child, down: Callable[[Child], None]) -> None:
        """``down`` is told each time before the child is ended."""
        self._home, self._child, self._down = home, child, down
        self._failures, self._pid, self._answered = 0, 0, False

    async def run(self) -> None:
        """Watch until cancelled."""
        async with httpx.AsyncClient(timeout=ANSWER_S, trust_env=False) as client:
            while True:
                await sleep(PROBE_EVERY_S)
                if await self._is_down(client):
                    self._down(self._child)
                    await self._child.end_hung()

    async def _is_down(self, client: httpx.AsyncClient) -> bool:
        child = self._child
        if child.pid != self._pid:
            self._pid, self._failures, self._answered = child.pid, 0, False
        lives = await self._lives(client)
        if not child.running or child.pid != self._pid:
            return False
        if lives:
            self._failures, self._answered = 0, True
        elif self._answered or child.uptime_s > START_S:
            self._failures += 1
        return self._failures >= FAILURES

    async def _lives(self, client: httpx.AsyncClient) -> bool:
        url = self._child.spec.live_url
        if not url:
            place = places.of(self._home, self._child.spec.name, self._pid)
            if place is None:
                return False
            url = place.url("live")
        try:
            return (await client.get(url)).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False
