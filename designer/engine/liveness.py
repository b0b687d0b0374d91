"""Which engine workers live: each raises a counter every second, the others watch it change.

No time stamps are compared. A worker is dead when its counter did not move in ``MISSES`` looks a second apart; looks
that fail (Redis is away) do not count, and neither does time in which this process itself stood still.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from agentcluster.clock import monotonic
from agentcluster.streams import keys
from agentcluster.streams.run_log import RunLog
from agentcluster.tasks import end

logger = logging.getLogger(__name__)

BEAT_S: Final = 1.0
MISSES: Final = 10
STALL_S: Final = 5.0
FRESH_S: Final = 5.0


class _Sight:
    def __init__(self) -> None:
        self.counter: int | None = None
        self.misses = 0
        self.buried = False


class Liveness:
    """Raises this worker's counter and judges the others."""

    def __init__(self, log: RunLog, worker: str) -> None:
        """Begin to beat with ``start``."""
        self._log, self._worker = log, worker
        self._seen: dict[str, _Sight] = {}
        self._task: asyncio.Task[None] | None = None
        self._beaten_s = -FRESH_S
        self.on_stall: Callable[[], None] = lambda: None
        """Called when this process stood still for so long that others may have taken its runs over."""

    async def start(self) -> None:
        """Beat once, so that the worker is known before it claims anything; go on in the background."""
        await self._beat()
        self._task = asyncio.get_running_loop().create_task(self._run(), name="liveness")

    async def stop(self) -> None:
        """Leave in good order: others need not wait for ten seconds."""
        await end(self._task)
        await self._log.command("HDEL", keys.WORKERS, self._worker)

    @property
    def fresh(self) -> bool:
        """Whether the others can see that this worker lives: its counter was raised within the last seconds."""
        return monotonic() - self._beaten_s < FRESH_S

    def is_dead(self, worker: str) -> bool:
        """Return whether ``worker`` is dead; one not known yet is watched from now on."""
        return worker != self._worker and self._seen.setdefault(worker, _Sight()).misses >= MISSES

    def unburied(self) -> list[str]:
        """Return the dead workers whose traces have not been removed yet."""
        return [worker for worker, sight in self._seen.items() if self.is_dead(worker) and not sight.buried]

    async def bury(self, worker: str) -> None:
        """Remove the traces of a dead worker that owns nothing any more; one that wakes up comes back by beating."""
        await self._log.command("HDEL", keys.WORKERS, worker)
        await self._log.command("DEL", keys.wake(worker))
        self._seen[worker].buried = True

    async def _run(self) -> None:
        last = monotonic()
        while True:
            await asyncio.sleep(BEAT_S)
            try:
                await self._beat()
            except Exception:
                logger.exception("the worker's beat failed")
            now = monotonic()
            if now - last > BEAT_S + STALL_S:
                logger.warning("this worker stood still for %.1f s", now - last)
                self.on_stall()
            last = now

    async def _beat(self) -> None:
        await self._log.command("HINCRBY", keys.WORKERS, self._worker, 1)
        reply: list[Any] = await self._log.command("HGETALL", keys.WORKERS)
        self._beaten_s = monotonic()
        counters = {reply[index].decode(): int(reply[index + 1]) for index in range(0, len(reply), 2)}
        for worker in counters.keys() - self._seen.keys():
            self._seen[worker] = _Sight()
        for worker, sight in self._seen.items():
            counter = counters.get(worker)
            if counter is not None and counter != sight.counter:
                sight.misses, sight.buried = 0, False
            else:
                sight.misses += 1
            sight.counter = counter
