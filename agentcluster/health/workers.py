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

    async def __call__(self) -> str:
        """Return how many live; raise ``NotReadyError`` when none does. A first look takes a second longer."""
        try:
            if not await self._living():
                await asyncio.sleep(BEAT_S * 1.2)
                if not await self._living():
                    raise NotReadyError("no engine worker is alive")
        except AgentClusterError as error:
            raise error if isinstance(error, NotReadyError) else NotReadyError("unknown without Redis") from error
        alive = await self._living()
        return f"{alive} alive"

    async def _living(self) -> int:
        counts = await self._read()
        now = monotonic()
        for worker, count in counts.items():
            if worker in self._counts and count != self._counts[worker]:
                self._moved[worker] = now
        self._counts = counts
        self._moved = {worker: at for worker, at in self._moved.items() if worker in counts and now - at < FRESH_S}
        return len(self._moved)
