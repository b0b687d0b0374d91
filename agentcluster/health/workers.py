"""Whether engine workers live: by change of their counters between two looks, never by time stamps."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agentcluster.health.checks import NotReadyError
from agentcluster.streams import keys
from agentcluster.streams.connections import AsyncClient
from agentcluster.streams.errors import translated

BEAT_S = 1.0
FRESH_S = 5.0


async def read_counters(client: AsyncClient) -> dict[str, int]:
    """Return each worker's counter (the hash ``workers``)."""
    with translated():
        found: dict[Any, Any] = await client.hgetall(keys.WORKERS)
    return {worker.decode(): int(count) for worker, count in found.items()}


class WorkersCheck:
    """Remembers each worker's counter and when it last moved, by this process's monotonic clock."""

    def __init__(self, read: Callable[[], Awaitable[dict[str, int]]]) -> None:
        self._read = read
        self._counts: dict[str, int] = {}
        self._moved: dict[str, float] = {}
        self._looked = -FRESH_S

    async def __call__(self) -> str:
        """Return how many live; raise ``NotReadyError`` when none does. A first look takes a second longer."""
        try:
            alive = await self._look()
            if not alive:
                await asyncio.sleep(BEAT_S * 1.2)
                alive = await self._look()
        except AgentClusterError as error:
            raise NotReadyError("unknown without Redis") from error
        if not alive:
            raise NotReadyError("no engine worker is alive")
        return f"{alive} alive"

    async def _look(self) -> int:
        counts = await self._read()
        now = monotonic()
        if now - self._looked < FRESH_S:
            self._moved |= {worker: now for worker, count in counts.items() if count != self._counts.get(worker)}
        self._counts, self._looked = counts, now
        self._moved = {worker: at for worker, at in self._moved.items() if worker in counts and now - at < FRESH_S}
        return len(self._moved)
