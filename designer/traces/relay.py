"""Follows one run's log from a cursor to its end, whoever listens: the part that WebSocket and SSE share."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from weakref import WeakKeyDictionary

from asgiref.sync import sync_to_async
from django.conf import settings

from agentcluster.streams.entries import Entry
from agentcluster.streams.tail import Tail
from designer.traces.log import read_meta, status_of, status_told_by

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

        Waits while the run has not begun and while Redis is away.
        """
        meta = await sync_to_async(read_meta, thread_sensitive=False)(self.run_id)
        if meta is not None and self.cursor >= meta.seq:
            self.status = status_of(meta.status)
        if self.status:
            return
        async with aclosing(tail().batches(self.run_id, self.cursor)) as batches:
            async for batch in batches:
                self.cursor = batch[-1].seq
                self.status = status_told_by(batch[-1])
                yield batch
                if self.status:
                    return
