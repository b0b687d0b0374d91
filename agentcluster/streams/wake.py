"""The stream on which a worker is told that one of its runs has something in the inbox."""

import asyncio
from typing import Final

from redis.backoff import ExponentialWithJitterBackoff

from agentcluster.streams import keys
from agentcluster.streams.connections import async_pool
from agentcluster.streams.errors import LOST
from agentcluster.streams.run_log import RunLog

BLOCK_MS: Final = 5000
MANY: Final = 10_000
"""The stream is cut to about so many entries (``inbox.lua``)."""
_BACKOFF: Final = ExponentialWithJitterBackoff(base=0.05, cap=1)


class WakeStream:
    """Reads ``worker:<id>:wake`` over a connection of its own, since reading blocks."""

    def __init__(self, url: str, log: RunLog, worker: str) -> None:
        """Begin with what has come since the worker started."""
        self._connection = async_pool(url, blocking=True, size=1).make_connection()  # type: ignore[no-untyped-call]
        self._log, self._key = log, keys.wake(worker)
        self._last: bytes = b"0"

    async def read(self) -> set[str] | None:
        """Return the ids of runs to look after; waits up to 5 s for the first, longer only while Redis is away.

        None when so much has come that the stream may have lost some: then look after all.
        """
        failures = 0
        while True:
            try:
                await self._connection.send_command("XREAD", "BLOCK", BLOCK_MS, "STREAMS", self._key, self._last)
                async with asyncio.timeout(BLOCK_MS / 1000 + 10):
                    reply = await self._connection.read_response()
                break
            except LOST:
                await self._connection.disconnect(nowait=True)
                failures += 1
                await asyncio.sleep(_BACKOFF.compute(failures))
        if not reply:
            return set()
        entries = reply[0][1]
        self._last = entries[-1][0]
        await self._log.command("XTRIM", self._key, "MINID", self._last)
        return {fields[1].decode(errors="replace") for _, fields in entries} if len(entries) < MANY else None

    async def close(self) -> None:
        """Remove the stream and disconnect."""
        await self._log.command("DEL", self._key)
        await self._connection.disconnect(nowait=True)
