"""Follows one run's log from a cursor to its end, whoever listens: the part that WebSocket and SSE share."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Final
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.conf import settings

from agentcluster.streams.entries import Entry
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.streams.tail import Tail
from agentcluster.tasks import end
from designer.archive.reading import read_archived
from designer.traces.log import has_left_redis, read_meta, status_of, status_told_by

LOOK_S: Final = 3.0
"""A listener to whom nothing came for so long looks whether the run has been archived."""
PAGE: Final = 200

archived = database_sync_to_async(read_archived, thread_sensitive=False)
left_redis = database_sync_to_async(has_left_redis, thread_sensitive=False)
meta_of = database_sync_to_async(read_meta, thread_sensitive=False)
_tails: "WeakKeyDictionary[asyncio.AbstractEventLoop, Tail]" = WeakKeyDictionary()


def tail() -> Tail:
    """Return the one tail of this process's loop, which all listeners share."""
    loop = asyncio.get_running_loop()
    if loop not in _tails:
        _tails[loop] = Tail(settings.REDIS_URL)
    return _tails[loop]


class Relay:
    """One listener's way through a run's log; ``cursor`` is the last entry handed out, ``status`` the end once there."""

    def __init__(self, run_id: str, after: int = 0) -> None:
        """Begin behind the entry with number ``after``."""
        self.run_id, self.cursor, self.status = run_id, after, ""

    async def batches(self) -> AsyncGenerator[list[Entry], None]:
        """Yield what comes, in order and without gaps, until the terminal event; nothing if that is behind us.

        Waits while the run has not begun and while Redis is away. A run that is archived meanwhile (its listener was
        slow) is read on from the archive.
        """
        while not self._over():
            if await self._ended_behind_us():
                return
            entries = await archived(self.run_id, self.cursor, PAGE)
            if entries:
                yield self._handed_out(entries)
                continue
            async with aclosing(self._live()) as batches:
                async for batch in batches:
                    yield self._handed_out(batch)
                    if self._over():
                        return

    async def _live(self) -> AsyncGenerator[list[Entry], None]:
        """Yield what comes in Redis; end when nothing comes any more because the log has gone to the archive."""
        async with aclosing(tail().batches(self.run_id, self.cursor)) as batches:
            coming = asyncio.ensure_future(anext(batches))
            try:
                while True:
                    done, _ = await asyncio.wait({coming}, timeout=LOOK_S)
                    if done:
                        yield coming.result()
                        coming = asyncio.ensure_future(anext(batches))
                    elif await left_redis(self.run_id):
                        return
            finally:
                await end(coming)

    def _handed_out(self, batch: list[Entry]) -> list[Entry]:
        self.cursor = batch[-1].seq
        self.status = status_told_by(batch[-1])
        return batch

    async def _ended_behind_us(self) -> bool:
        try:
            meta = await meta_of(self.run_id)
        except StreamsUnavailableError:
            return False
        if meta is not None and self.cursor >= meta.seq:
            self.status = status_of(meta.status)
        return self._over()

    def _over(self) -> bool:
        return bool(self.status)
