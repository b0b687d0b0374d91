"""The streams of hints ``runs:ready`` (one for each priority) with their consumer group, as one engine worker uses them."""

import asyncio
from collections import defaultdict
from typing import Any, Final, NamedTuple

from redis.backoff import ExponentialWithJitterBackoff
from redis.exceptions import ResponseError

from agentcluster.clock import monotonic
from agentcluster.streams import keys
from agentcluster.streams.connections import async_pool
from agentcluster.streams.errors import LOST, CommandError
from agentcluster.streams.run_log import RunLog

BLOCK_MS: Final = 2000
FLUSH_S: Final = 0.02
STEAL_IDLE_MS: Final = 3000
"""An entry claimed from a dead worker this recently is not claimed again by the next observer."""
LOOK_S: Final = 20.0
"""How often a worker looks for entries that are pending with it though it never got them: replies get lost."""
ASTRAY_MAX: Final = 100
ASTRAY_MS: Final = 3000
"""An entry read this recently may still be on its way."""
STREAMS: Final = tuple(keys.READY_BY_PRIORITY.values())
_BACKOFF: Final = ExponentialWithJitterBackoff(base=0.05, cap=1)


class Hint(NamedTuple):
    """An entry of a stream of hints: its id, the JSON of a run request, and which stream."""

    entry_id: bytes
    data: bytes
    stream: str = keys.READY


class ReadyStream:
    """Reads hints in this worker's name, acknowledges them in batches, takes those of dead workers."""

    def __init__(self, url: str, log: RunLog, worker: str) -> None:
        """Read over a connection of its own, since reading blocks; the rest goes through ``log``'s writer."""
        self._connection = async_pool(url, blocking=True, size=1).make_connection()  # type: ignore[no-untyped-call]
        self._log, self._worker = log, worker
        self._client_id = 0
        self._done: list[Hint] = []
        self._over: list[Hint] = []
        self._held: set[tuple[str, bytes]] = set()
        """What this worker has got and not taken off its stream."""
        self._look_at = 0.0
        self._flusher: asyncio.Task[None] | None = None

    async def read(self, count: int) -> list[Hint]:
        """Return at most ``count`` new hints, the urgent first; waits up to 2 s for one, longer only while Redis is away.

        With room for few the order is strict: nothing is taken while something more urgent waits. With much room each
        priority has its share of what is read at once, so nothing waits for ever.
        """
        if monotonic() >= self._look_at:
            self._over += self._hold(await self._astray())
        if count < len(STREAMS):
            found = self._over[:count] or self._hold(await self._take(count))
            del self._over[:count]
            if found:
                return found
        # One read gives up to that many of each stream; what is over stays ours and comes first next time.
        found = self._over + self._hold(await self._read_blocking(max(1, count // len(STREAMS))))
        self._over = found[count:]
        return found[:count]

    def _hold(self, hints: list[Hint]) -> list[Hint]:
        self._held.update((hint.stream, hint.entry_id) for hint in hints)
        return hints

    async def _astray(self) -> list[Hint]:
        """Return what Redis has given to this worker in replies that never came."""
        self._look_at = monotonic() + LOOK_S
        found: list[Hint] = []
        for stream in STREAMS:
            most = len(self._held) + ASTRAY_MAX
            pending = await self._group_command("XPENDING", stream, "IDLE", ASTRAY_MS, "-", "+", most, self._worker)
            ids = [entry[0] for entry in pending if (stream, entry[0]) not in self._held][:ASTRAY_MAX]
            if ids:
                found += _hints(stream, await self._group_command("XCLAIM", stream, self._worker, 0, *ids))
        return found

    async def _read_blocking(self, each: int) -> list[Hint]:
        command = ("XREADGROUP", "GROUP", keys.GROUP, self._worker, "COUNT", each, "BLOCK", BLOCK_MS)
        failures = 0
        while True:
            try:
                await self._ensure_connected()
                await self._connection.send_command(*command, "STREAMS", *STREAMS, *[">"] * len(STREAMS))
                async with asyncio.timeout(BLOCK_MS / 1000 + 10):
                    reply = await self._connection.read_response()
                return _from_streams(reply or [])
            except LOST:
                await self._connection.disconnect(nowait=True)
                failures += 1
                self._look_at = min(self._look_at, monotonic() + ASTRAY_MS / 1000)
                await asyncio.sleep(_BACKOFF.compute(failures))
            except ResponseError as error:
                if not str(error).startswith("NOGROUP"):
                    raise CommandError(str(error)) from error
                await self._create_groups()

    async def _take(self, count: int) -> list[Hint]:
        while True:
            try:
                return _from_streams(await self._log.call("ac_ready_take_2", STREAMS, keys.GROUP, self._worker, count))
            except CommandError as error:
                if "NOGROUP" not in error.message:
                    raise
                await self._create_groups()

    async def interrupt(self) -> None:
        """Let a ``read`` that waits right now return empty-handed."""
        if self._client_id:
            await self._log.command("CLIENT", "UNBLOCK", self._client_id)

    def done(self, hint: Hint) -> None:
        """Take a hint off its stream soon: its run has ended or is parked, or it was one too many."""
        self._done.append(hint)
        if self._flusher is None:
            self._flusher = asyncio.get_running_loop().create_task(self._flush_soon())

    def let_go(self, hint: Hint) -> None:
        """Leave a hint to whoever took it from us; where it is still ours, ``read`` gives it again."""
        self._held.discard((hint.stream, hint.entry_id))

    async def flush(self) -> None:
        """Take the finished hints off their streams now."""
        done, self._done = self._done, []
        by_stream: dict[str, list[bytes]] = defaultdict(list)
        for hint in done:
            by_stream[hint.stream].append(hint.entry_id)
            self._held.discard((hint.stream, hint.entry_id))
        commands = [
            self._log.command(*command, *ids)
            for stream, ids in by_stream.items()
            for command in (("XACK", stream, keys.GROUP), ("XDEL", stream))
        ]
        await asyncio.gather(*commands)

    async def add(self, data: bytes, priority: str = "normal") -> None:
        """Put a hint on the stream of ``priority``."""
        await self._log.command("XADD", keys.READY_BY_PRIORITY[priority], "*", "r", data)

    async def give_back(self, hint: Hint) -> None:
        """Put a hint that was read for nothing back on its stream, for any worker."""
        await self._log.command("XADD", hint.stream, "*", "r", hint.data)
        self.done(hint)

    async def take_from(self, worker: str, count: int) -> list[Hint]:
        """Take over at most ``count`` hints that are pending with a dead worker."""
        found: list[Hint] = []
        for stream in STREAMS:
            pending: list[Any] = await self._group_command("XPENDING", stream, "-", "+", count - len(found), worker)
            if pending:
                ids = [entry[0] for entry in pending]
                found += _hints(stream, await self._group_command("XCLAIM", stream, self._worker, STEAL_IDLE_MS, *ids))
            if len(found) >= count:
                break
        return self._hold(found)

    async def forget(self, worker: str) -> bool:
        """Remove a dead worker from the group; False while hints are still pending with it."""
        for stream in STREAMS:
            if await self._group_command("XPENDING", stream, "-", "+", 1, worker):
                return False
        for stream in STREAMS:
            await self._group_command("XGROUP DELCONSUMER", stream, worker)
        return True

    async def consumers(self) -> list[str]:
        """Return the workers the group knows, dead ones included."""
        found: dict[str, None] = {}
        for stream in STREAMS:
            try:
                reply: list[Any] = await self._log.command("XINFO", "CONSUMERS", stream, keys.GROUP)
            except CommandError:
                await self._create_groups()
                continue
            found.update((consumer[1].decode(), None) for consumer in reply)
        return [*found]

    async def close(self) -> None:
        """Acknowledge what is done, put back what was read for nothing, disconnect."""
        over, self._over = self._over, []
        for hint in over:
            await self.give_back(hint)
        if self._flusher is not None:
            await asyncio.gather(self._flusher, return_exceptions=True)
        await self.flush()
        await self._connection.disconnect(nowait=True)

    async def _ensure_connected(self) -> None:
        if not self._connection.is_connected:
            self._client_id = 0
            await self._connection.send_command("CLIENT", "ID")
            self._client_id = int(await self._connection.read_response())

    async def _group_command(self, name: str, stream: str, *args: Any) -> list[Any]:
        try:
            reply = await self._log.command(*name.split(), stream, keys.GROUP, *args)
        except CommandError as error:
            if not error.message.startswith("NOGROUP"):
                raise
            await self._create_groups()
            return []
        return reply or []

    async def _create_groups(self) -> None:
        for stream in STREAMS:
            try:
                await self._log.command("XGROUP", "CREATE", stream, keys.GROUP, "0", "MKSTREAM")
            except CommandError as error:
                if not error.message.startswith("BUSYGROUP"):
                    raise

    async def _flush_soon(self) -> None:
        while self._done:
            await asyncio.sleep(FLUSH_S)
            await self.flush()
        self._flusher = None


def _from_streams(reply: list[Any]) -> list[Hint]:
    return [hint for stream, entries in reply for hint in _hints(stream.decode(), entries)]


def _hints(stream: str, entries: list[Any]) -> list[Hint]:
    return [Hint(entry_id, fields[1], stream) for entry_id, fields in entries if fields]
