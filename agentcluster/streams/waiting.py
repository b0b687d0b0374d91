"""How many calls wait in each engine worker for room at an instance; whoever falls silent is forgotten by itself."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from agentcluster.streams import keys
from agentcluster.streams.run_log import RunLog

KEPT_S: Final = 10
SAY_S: Final = 1.0
"""How often a worker says it."""

Counts = Mapping[str, float]
"""Calls by ``agent@version``; one that several could take counts in parts."""


async def say(log: RunLog, worker: str, counts: Counts) -> None:
    """Keep what waits in a worker; nothing is kept where nothing waits. Raises ``StreamsUnavailableError``."""
    if not counts:
        await log.command("DEL", keys.waiting(worker))
        await log.command("SREM", keys.WAITING, worker)
        return
    await log.command("SET", keys.waiting(worker), msgspec.json.encode(counts), "EX", KEPT_S)
    await log.command("SADD", keys.WAITING, worker)


async def read(log: RunLog) -> dict[str, float]:
    """Return what waits in all workers; those that fell silent are struck off. Raises ``StreamsUnavailableError``."""
    workers = [each.decode() for each in await log.command("SMEMBERS", keys.WAITING)]
    if not workers:
        return {}
    told: list[Any] = await log.command("MGET", *map(keys.waiting, workers))
    total: dict[str, float] = {}
    for worker, value in zip(workers, told, strict=True):
        if value is None:
            await log.command("SREM", keys.WAITING, worker)
            continue
        for version, count in msgspec.json.decode(value, type=dict[str, float]).items():
            total[version] = total.get(version, 0.0) + count
    return total
