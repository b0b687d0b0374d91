"""What Redis says about itself: how much memory is used, and how much of what stands in it."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from agentcluster.streams import keys
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.errors import translated
from agentcluster.streams.retention import RATE

WARN_SHARE: Final = 0.75
JOBS: Final = "jobs"
"""The list in which Celery's broker keeps the messages of the queue ``jobs``."""


class Memory(NamedTuple):
    """Bytes used and allowed; without a limit of its own the machine's memory is one."""

    used: int
    most: int | None

    @property
    def share(self) -> float | None:
        """The part that is used, 0 to 1; None when no limit is known."""
        return round(self.used / self.most, 4) if self.most else None


class Counts(NamedTuple):
    """How many keys, parked runs, hints, waiting jobs there are, and how many runs were archived in the last minute."""

    keys: int
    parked: int
    ready: int
    jobs: int
    archived_lately: int


def memory(client: SyncClient) -> Memory:
    """Return how full Redis is."""
    with translated():
        return memory_of(client.info("memory"))


def memory_of(info: Mapping[str, Any]) -> Memory:
    """Return what the section ``memory`` of INFO says."""
    most = int(info.get("maxmemory", 0)) or int(info.get("total_system_memory", 0))
    return Memory(int(info["used_memory"]), most or None)


def counts(client: SyncClient) -> Counts:
    """Return what stands in Redis, in one round trip."""
    with translated():
        pipeline = client.pipeline(transaction=False)
        pipeline.dbsize()
        pipeline.zcard(keys.TIMERS)
        for stream in keys.READY_BY_PRIORITY.values():
            pipeline.xlen(stream)
        pipeline.llen(JOBS)
        pipeline.get(RATE)
        size, parked, *ready, jobs, lately = pipeline.execute()
    return Counts(size, parked, sum(ready), jobs, int(lately or 0))
