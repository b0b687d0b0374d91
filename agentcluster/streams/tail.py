"""Following many run logs at once over one blocked connection, each follower at its own pace."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Any, Final

from redis.backoff import ExponentialWithJitterBackoff

from agentcluster.streams import keys
from agentcluster.streams.connections import async_client
from agentcluster.streams.entries import Entry, entries_of
from agentcluster.streams.errors import StreamsUnavailableError, translated
from agentcluster.tasks import end

BLOCK_MS: Final = 5000
READ_COUNT: Final = 200
MAX_ENTRIES: Final = 1000
MAX_BYTES: Final = 2 * 1024 * 1024
_BACKOFF: Final = ExponentialWithJitterBackoff(base=0.05, cap=1)


class _Follower:
    """Somebody who follows one run: what was read for it and not yet taken."""

    def __init__(self, run_id: str, after: int) -> None:
        self.run_id, self.position = run_id, after
        self.entries: deque[Entry] = deque()
        self.size = 0
        self.ready = asyncio.Event()

    @property
    def full(self) -> bool:
        return len(self.entries) >= MAX_ENTRIES or self.size >= MAX_BYTES

    def offer(self, entries: list[Entry]) -> None:
        for entry in entries:
            if self.full:
                break
            # Numbers have no gaps: what does not follow was read for others, from where they are.
            if entry.seq == self.position + 1:
                self.entries.append(entry)
                self.size += len(entry.data)
                self.position = entry.seq
        if self.entries:
            self.ready.set()

    def take(self) -> list[Entry]:
        taken = list(self.entries)
        self.entries.clear()
        self.size = 0
        self.ready.clear()
        return taken


class Tail:
    """One ``XREAD BLOCK`` for all the runs somebody in this process follows.

    A follower that does not take what is offered is left out of the reading until it does (at most ``MAX_ENTRIES``
    entries or ``MAX_BYTES`` bytes wait for it). While Redis is away, followers wait; nothing is lost or repeated.
    """

    def __init__(self, url: str) -> None:
        """Make a tail for the running loop; it connects when the first follower comes."""
        self._client = async_client(url, blocking=True, size=2)
        self._followers: set[_Follower] = set()
        self._task: asyncio.Task[None] | None = None
        self._reader_id: int | None = None
        self._generation = 0
        self._seen = 0
        self._changed = asyncio.Event()

    async def watch(self, run_id: str, after: int = 0) -> AsyncIterator[Entry]:
        """Yield ``(seq, bytes)`` of every entry above ``after``, those to come included; never ends by itself."""
        async for batch in self.batches(run_id, after):
            for entry in batch:
                yield entry

    async def batches(self, run_id: str, after: int = 0) -> AsyncGenerator[list[Entry], None]:
        """As ``watch``, in lists of what has arrived since the last one was taken."""
        follower = _Follower(run_id, after)
        self._followers.add(follower)
        self._touch()
        try:
            while True:
                await follower.ready.wait()
                was_full = follower.full
                batch = follower.take()
                if was_full:
                    self._touch()
                yield batch
        finally:
            self._followers.discard(follower)

    async def close(self) -> None:
        """Stop reading; followers get nothing more."""
        await end(self._task)
        await self._client.aclose()

    def _touch(self) -> None:
        self._generation += 1
        self._changed.set()
        if self._task is None:
            self._task = asyncio.create_task(self._run(), name="run-log-tail")

    async def _run(self) -> None:
        failures = 0
        async with asyncio.TaskGroup() as group:
            group.create_task(self._interrupt())
            while True:
                try:
                    with translated():
                        await self._read_all()
                    failures = 0
                except StreamsUnavailableError:
                    failures += 1
                    await asyncio.sleep(_BACKOFF.compute(failures))

    async def _read_all(self) -> None:
        connection = self._client.connection_pool.make_connection()  # type: ignore[no-untyped-call]
        try:
            await connection.send_command("CLIENT", "ID")
            self._reader_id = int(await connection.read_response())
            while True:
                positions = self._positions()
                if not positions:
                    self._changed.clear()
                    self._seen = self._generation
                    await self._changed.wait()
                    continue
                self._seen = self._generation
                streams = [keys.log(run_id) for run_id in positions]
                ids = [f"{after}-0" for after in positions.values()]
                command: list[Any] = ["XREAD", "COUNT", READ_COUNT, "BLOCK", BLOCK_MS, "STREAMS", *streams, *ids]
                await connection.send_command(*command)
                async with asyncio.timeout(BLOCK_MS / 1000 + 10):
                    reply = await connection.read_response()
                self._distribute(reply or [])
        finally:
            self._reader_id = None
            await connection.disconnect(nowait=True)

    def _positions(self) -> dict[str, int]:
        """Return from where to read each run: the lowest position among those of its followers who have room."""
        positions: dict[str, int] = {}
        for follower in self._followers:
            if not follower.full:
                positions[follower.run_id] = min(follower.position, positions.get(follower.run_id, follower.position))
        return positions

    def _distribute(self, reply: list[Any]) -> None:
        found = {stream: entries_of(entries) for stream, entries in reply}
        for follower in self._followers:
            entries = found.get(keys.log(follower.run_id).encode())
            if entries:
                follower.offer(entries)

    async def _interrupt(self) -> None:
        """End the blocked read when a follower came or has room again, so that it need not wait for the block to end."""
        while True:
            await self._changed.wait()
            if self._seen == self._generation:
                self._changed.clear()
                continue
            if self._reader_id is not None:
                with suppress(StreamsUnavailableError), translated():
                    await self._client.client_unblock(self._reader_id)
            await asyncio.sleep(0.005)
