"""The system's own messages that cannot be read: counted, kept and told as those of any other contract (features B2).

Whoever takes such messages calls ``note`` and goes on; the rest is done behind it, by one task, with bounds.
"""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from agentcluster.envelope import SchemaRef
from agentcluster.messaging import BadMessageError, Bus
from agentcluster.streams.memory import Executor
from agentcluster.tasks import end
from agents.contracts.formats.base import Fault
from agents.contracts.rejections import Rejections, Sent
from agents.domain.contracts.binding import Binding

logger = logging.getLogger(__name__)

OnUnreadable = Callable[[SchemaRef, BadMessageError, str, bytes, Mapping[str, str] | None], None]
"""Takes what ``Unreadable.note`` takes."""
WAITING_MAX: Final = 100
"""So many wait to be kept; of more that come at the same time only the number is."""

STOP_S: Final = 3.0


class _Noted(NamedTuple):
    binding: Binding
    fault: Fault
    sent: Sent


def log_only(
    schema: SchemaRef, error: BadMessageError, subject: str, data: bytes, headers: Mapping[str, str] | None = None
) -> None:
    """Note it nowhere but in the log."""
    logger.warning("a message of %s on %s cannot be read: %s", schema.subject, subject, error.message)


class Unreadable:
    """Those that one process gets. To be used on one loop."""

    def __init__(self, bus: Bus, redis: Executor, by: str) -> None:
        """Alert on ``bus``, keep in ``redis``; ``by`` says who was to get the messages."""
        self._rejections, self._by = Rejections(bus, redis), by
        self._waiting: asyncio.Queue[_Noted] = asyncio.Queue(WAITING_MAX)
        self._more: Counter[str] = Counter()
        self._task: asyncio.Task[None] | None = None

    def note(
        self,
        schema: SchemaRef,
        error: BadMessageError,
        subject: str,
        data: bytes,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Take down a message of ``schema`` that cannot be read; never fails, never waits."""
        binding = Binding(schema.subject, "", "JSON", 0, schema.version)
        sent = Sent("deliver", subject, data, dict(headers or {}), self._by)
        try:
            self._waiting.put_nowait(_Noted(binding, Fault("", error.message), sent))
        except asyncio.QueueFull:
            self._more[schema.subject] += 1
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def stop(self) -> None:
        """Keep what waits, as far as that takes at most ``STOP_S`` seconds, then end."""
        if self._task is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._waiting.join(), STOP_S)
            await end(self._task)

    async def _run(self) -> None:
        while True:
            binding, fault, sent = await self._waiting.get()
            more = self._more.pop(binding.contract, 0)
            await self._rejections.keep(binding, (fault,), sent, 1 + more)
            self._waiting.task_done()
