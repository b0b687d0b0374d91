"""The stream of hints ``runs:ready`` with its consumer group, as one engine worker uses it."""

import asyncio
from typing import Any, Final, NamedTuple

from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ResponseError

from agentcluster.streams import keys
from agentcluster.streams.connections import async_pool
from agentcluster.streams.errors import LOST, CommandError
from agentcluster.streams.run_log import RunLog

BLOCK_MS: Final = 2000
FLUSH_S: Final = 0.02
STEAL_IDLE_MS: Final = 3000
"""An entry claimed from a dead worker this recently is not claimed again by the next observer."""
_BACKOFF: Final = ExponentialWithJitterBackoff(base=0.05, cap=1)


class Hint(NamedTuple):
    """An entry of ``runs:ready``: its id and the JSON of a run request."""

    entry_id: bytes
    data: bytes


class ReadyStream:
    """Reads hints in this worker's name, acknowledges them in batches, takes those of dead workers."""

    def __init__(self, url: str, log: RunLog, worker: str) -> None:
        """Read over a connection of its own, since reading blocks; the rest goes through ``log``'s writer."""
        self._connection = async_pool(url, blocking=True, size=1).make_connection()  # type: ignore[no-untyped-call]
        self._log, self._worker = log, worker
        self._client_id = 0
        self._done: list[bytes] = []
        self._flusher: asyncio.Task[None] | None = None

    async def read(self, count: int) -> list[Hint]:
        """Return at most ``count`` new hints; waits up to 2 s for the first, longer only while Redis is away."""
        command = ("XREADGROUP", "GROUP", keys.GROUP, self._worker, "COUNT", count, "BLOCK", BLOCK_MS)
        failures = 0
        while True:
            try:
                await self._ensure_connected()
                await self._connection.send_command(*command, "STREAMS", keys.READY, ">")
                async with asyncio.timeout(BLOCK_MS / 1000 + 10):
                    reply = await self._connection.read_response()
                return _hints(reply[0][1]) if reply else []
            except LOST:
                await self._connection.disconnect(nowait=True)
                failures += 1
                await asyncio.sleep(_BACKOFF.compute(failures))
            except ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise CommandError(str(error)) from error
                await self._create_group()

    async def interrupt(self) -> None:
        """Let a ``read`` that waits right now return empty-handed."""
        if self._client_id:
            await self._log.command("CLIENT", "UNBLOCK", self._client_id)

    def done(self, entry_id: bytes) -> None:
        """Take a hint off the stream soon: its run has ended, or it was one too many."""
        self._done.append(entry_id)
        if self._flusher is None:
            self._flusher = asyncio.get_running_loop().create_task(self._flush_soon())

    async def flush(self) -> None:
        """Take the finished hints off the stream now."""
        done, self._done = self._done, []
        if done:
            await asyncio.gather(
                self._log.command("XACK", keys.READY, keys.GROUP, *done),
                self._log.command("XDEL", keys.READY, *done),
            )

    async def add(self, data: bytes) -> None:
        """Put a hint on the stream."""
        await self._log.command("XADD", keys.READY, "*", "r", data)

    async def take_from(self, worker: str, count: int) -> list[Hint]:
        """Take over at most ``count`` hints that are pending with a dead worker."""
        pending: list[Any] = await self._group_command("XPENDING", "-", "+", count, worker)
        if not pending:
            return []
        ids = [entry[0] for entry in pending]
        return _hints(await self._group_command("XCLAIM", self._worker, STEAL_IDLE_MS, *ids))

    async def forget(self, worker: str) -> bool:
        """Remove a dead worker from the group; False while hints are still pending with it."""
        if await self._group_command("XPENDING", "-", "+", 1, worker):
            return False
        await self._log.command("XGROUP", "DELCONSUMER", keys.READY, keys.GROUP, worker)
        return True

    async def consumers(self) -> list[str]:
        """Return the workers the group knows, dead ones included."""
        try:
            reply: list[Any] = await self._log.command("XINFO", "CONSUMERS", keys.READY, keys.GROUP)
        except CommandError:
            await self._create_group()
            return []
        return [consumer[1].decode() for consumer in reply]

    async def close(self) -> None:
        """Acknowledge what is done and disconnect."""
        if self._flusher is not None:
            await asyncio.gather(self._flusher, return_exceptions=True)
        await self.flush()
        await self._connection.disconnect(nowait=True)

    async def _ensure_connected(self) -> None:
        if not self._connection.is_connected:
            self._client_id = 0
            await self._connection.send_command("CLIENT", "ID")
            self._client_id = int(await self._connection.read_response())

    async def _group_command(self, name: str, *args: Any) -> list[Any]:
        try:
            reply = await self._log.command(name, keys.READY, keys.GROUP, *args)
        except CommandError as error:
            if not error.message.startswith("NOGROUP"):
                raise
            await self._create_group()
            return []
        return reply or []

    async def _create_group(self) -> None:
        try:
            await self._log.command("XGROUP", "CREATE", keys.READY, keys.GROUP, "0", "MKSTREAM")
        except CommandError as error:
            if not error.message.startswith("BUSYGROUP"):
                raise

    async def _flush_soon(self) -> None:
        while self._done:
            await asyncio.sleep(FLUSH_S)
            await self.flush()
        self._flusher = None


def _hints(entries: list[Any]) -> list[Hint]:
    return [Hint(entry_id, fields[1]) for entry_id, fields in entries if fields]
