"""One process that reads what comes on NATS and Redis, starts the runs, and only then acknowledges.

Any number of these may run: NATS and Redis hand each event to one of them, and what one does not acknowledge goes to
another. Triggers are read from the database every second, so that a changed one is heeded at once.
"""

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, Final, TypeVar

from django.db import DatabaseError, close_old_connections

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError
from agentcluster.health.checks import NotReadyError
from agentcluster.ids import new_id
from agentcluster.messaging import Bus
from agentcluster.messaging.errors import BusUnavailableError
from agentcluster.messaging.inbound import forget_reader
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.streams.inbound import destroy_group
from agentcluster.tasks import end
from agents.contracts.guard import Guard
from designer.triggers import due
from designer.triggers.inbound.groups import group_of
from designer.triggers.inbound.reader import Outside, Reader, reader_of
from designer.triggers.models import Kind, Leftover, Trigger

logger = logging.getLogger(__name__)
R = TypeVar("R")

LOOK_S: Final = 1.0
LATE_S: Final = 10.0
SWEEP_S: Final = 2.0
REST_S: Final = 3.0
"""A consumer nobody needs is removed only when every listener has had time to let go of it: a reader makes it anew."""
THREADS: Final = 4
"""Events at work at a time; each holds a database connection."""


class Listener:
    """Make it inside the running loop; ``serve`` until told to stop."""

    def __init__(self, redis_url: str) -> None:
        """Take the address of Redis; ``bus`` may be set later: without NATS all the rest goes on."""
        self.bus: Bus | None = None
        self._redis_url, self._name = redis_url, new_id()
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="trigger")
        self._readers: dict[str, tuple[Any, Reader]] = {}
        self._leftovers: dict[int, float] = {}
        self._stopping = asyncio.Event()
        self._writer = BatchWriter(redis_url)
        self._contracts: Guard | None = None
        self._looked_s = -LATE_S

    def check(self) -> str:
        """Return how many triggers it listens for; raises ``NotReadyError`` when the database has not said for a while."""
        if monotonic() - self._looked_s > LATE_S:
            raise NotReadyError(f"the triggers could not be read for {LATE_S:.0f} s")
        return f"it listens for {len(self._readers)} triggers"

    def stop(self) -> None:
        """Let ``serve`` return; what is not acknowledged goes to others."""
        self._stopping.set()

    async def serve(self) -> None:
        """Read until ``stop``."""
        loops = [
            asyncio.create_task(self._repeat(self._look, LOOK_S)),
            asyncio.create_task(self._repeat(self._sweep, SWEEP_S)),
            asyncio.create_task(self._repeat(self._clean, LOOK_S)),
        ]
        logger.info("listening for triggers")
        await self._stopping.wait()
        await end(*loops)
        await asyncio.gather(*(reader.stop() for _, reader in self._readers.values()))
        if self._contracts is not None:
            await self._contracts.stop()
        await self._writer.close()
        self._threads.shutdown(wait=True)

    async def in_thread(self, work: Callable[[], R]) -> R:
        """Return what ``work``, which uses the database, returns; a broken connection is not used again."""

        def guarded() -> R:
            close_old_connections()
            return work()

        return await asyncio.get_running_loop().run_in_executor(self._threads, guarded)

    async def _repeat(self, work: Callable[[], Any], pause_s: float) -> None:
        while True:
            try:
                await work()
            except (AgentClusterError, DatabaseError) as error:
                logger.warning("triggers: %s", error)
            except Exception:
                logger.exception("triggers: %s failed, trying again", work.__qualname__)
            await asyncio.sleep(pause_s)

    async def _look(self) -> None:
        """Begin to read for new triggers, end for old ones, begin anew for changed ones."""
        if self.bus is not None and self._contracts is None:
            self._contracts = Guard(self.bus, self._writer)
            await self._contracts.start()
        kinds = [Kind.NATS, Kind.STREAM] if self.bus else [Kind.STREAM]
        wanted = {trigger.pk: trigger for trigger in await self.in_thread(partial(_enabled, kinds))}
        self._looked_s = monotonic()
        for trigger_id, (seen, reader) in [*self._readers.items()]:
            trigger = wanted.get(trigger_id)
            if trigger is None or trigger.updated_at != seen:
                del self._readers[trigger_id]
                await reader.stop()
        for trigger_id, trigger in wanted.items():
            if trigger_id not in self._readers:
                outside = Outside(self.bus, self._redis_url, self._contracts)
                reader = reader_of(trigger, outside, self._name, self.in_thread)
                self._readers[trigger_id] = (trigger.updated_at, reader)

    async def _sweep(self) -> None:
        await self.in_thread(due.sweep)

    async def _clean(self) -> None:
        """Remove the consumers that deleted and moved triggers have left."""
        for leftover in await self.in_thread(lambda: [*Leftover.objects.all()[:100]]):
            seen = self._leftovers.setdefault(leftover.pk, monotonic())
            if monotonic() - seen < REST_S or (leftover.kind == Kind.NATS and self.bus is None):
                continue
            try:
                if not await self.in_thread(partial(_still_read, leftover)):
                    await self._remove(leftover)
                await self.in_thread(Leftover.objects.filter(pk=leftover.pk).delete)
                del self._leftovers[leftover.pk]
            except (BusUnavailableError, StreamsUnavailableError) as error:
                logger.warning("a consumer on %s is removed later: %s", leftover.place, error.message)

    async def _remove(self, leftover: Leftover) -> None:
        group = group_of(leftover.trigger_id, leftover.place)
        if leftover.kind == Kind.STREAM:
            await destroy_group(self._redis_url, leftover.place, group)
        elif self.bus is not None:
            await forget_reader(self.bus, leftover.place, group)


def _enabled(kinds: list[Kind]) -> list[Trigger]:
    return [*Trigger.objects.filter(enabled=True, kind__in=kinds).defer("input")]


def _still_read(leftover: Leftover) -> bool:
    """Say whether the trigger has come back to this place."""
    trigger = Trigger.objects.filter(pk=leftover.trigger_id).first()
    return trigger is not None and leftover.place in (trigger.config.get("subject"), trigger.config.get("key"))
