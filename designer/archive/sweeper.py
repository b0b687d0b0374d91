"""Goes round: archives what has ended, deletes what nobody keeps any longer. One process at a time, by a lease in Redis.

The work is idempotent, so a lease that two believe to hold costs time and nothing else.
"""

import threading
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from django.conf import settings
from django.db import close_old_connections
from django.utils import timezone

from agentcluster.clock import monotonic
from agentcluster.streams import retention
from agentcluster.streams.connections import SyncClient
from designer.archive.archiver import Position, archive_batch, finish
from designer.archive.orphans import remove_orphans
from designer.archive.prune import Pruning
from designer.archive.unmentioned import remove_unmentioned

LEASE_MS: Final = 30_000
BUDGET_S: Final = 10.0
"""So long at most one kind of work goes on before the other has its turn."""
PRUNE_EVERY_S: Final = 300
FILES_EVERY_S: Final = 3600
RATE_S: Final = 60.0

at_work: Final = threading.Lock()
"""Held while a batch is in work. A worker process that forks waits for it (``designer.archive.bootstep``)."""


class Sweeper:
    """One process's sweeping. ``stopping`` is asked between batches."""

    def __init__(self, client: SyncClient, holder: str, stopping: Callable[[], bool] = lambda: False) -> None:
        """``holder`` names this process in the lease."""
        self._client, self._holder, self._stopping = client, holder, stopping
        self._recent: deque[tuple[float, int]] = deque()
        self._pruning = Pruning(client)

    def round(self) -> bool:
        """Do what is due, if it is ours to do; return whether more waits. Errors pass through: just come again."""
        with at_work:
            close_old_connections()
            if not self._leads():
                return False
        try:
            more = self._archive()
            if retention.due(self._client, "prune", PRUNE_EVERY_S) or self._pruning.open:
                self._while_time(self._pruning.step)
            if retention.due(self._client, "files", FILES_EVERY_S):
                with at_work:
                    remove_orphans(self._client)
                with at_work:
                    remove_unmentioned(self._client)
            return more
        finally:
            close_old_connections()

    def leave(self) -> None:
        """Let another process sweep at once."""
        retention.give_lease_up(self._client, self._holder)

    def _leads(self) -> bool:
        return retention.take_lease(self._client, self._holder, LEASE_MS)

    def _archive(self) -> bool:
        cutoff = timezone.now() - timedelta(seconds=settings.ARCHIVE_AFTER_S)
        with at_work:
            while finish(self._client):
                pass
        position: Position | None = None

        def step() -> bool:
            nonlocal position
            batch = archive_batch(self._client, cutoff, position)
            position = batch.position
            self._count(batch.runs)
            return position is not None

        return self._while_time(step)

    def _while_time(self, step: Callable[[], bool]) -> bool:
        """Go on with ``step`` until it says that it is done, or time is up; return whether more waits."""
        until = monotonic() + BUDGET_S
        while True:
            with at_work:
                more = step()
                if not more or self._stopping() or not self._leads():
                    return more
            if monotonic() > until:
                return True

    def _count(self, runs: int) -> None:
        now = monotonic()
        self._recent.append((now, runs))
        while self._recent[0][0] < now - RATE_S:
            self._recent.popleft()
        retention.tell_rate(self._client, sum(count for _, count in self._recent), int(RATE_S))
