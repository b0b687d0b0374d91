"""Commands of many callers in one pipeline: what makes durable steps cheap.

Whatever is submitted in one turn of the loop travels together; while one pipeline is on its way the next one gathers.
An idle writer sends at once, so a lone caller pays no waiting.
"""

import asyncio
from collections import deque
from typing import Any, Final

import hiredis
from redis.exceptions import ReadOnlyError, ResponseError

from agentcluster.streams.connections import TIMEOUT_S, async_pool
from agentcluster.streams.errors import CommandError, StreamsUnavailableError

MAX_COMMANDS: Final = 1024
MAX_BYTES: Final = 4 * 1024 * 1024
MAX_QUEUED: Final = 20_000
PASSING: Final = ("OOM", "MISCONF", "MASTERDOWN", "CLUSTERDOWN", "TRYAGAIN", "NOREPLICAS")
"""Refusals that an operator or the server itself will end: memory or disk is full, a failover is under way."""

Argument = str | bytes | int | float
_Item = tuple[bytes, "asyncio.Future[Any]"]


class BatchWriter:
    """Sends single commands to one Redis in shared pipelines, on one connection of its own, in order of submission.

    A batch holds at most ``MAX_COMMANDS`` commands and about ``MAX_BYTES`` bytes. When the connection breaks, every
    command of the batch fails with ``StreamsUnavailableError``: it may or may not have been carried out.
    """

    def __init__(self, url: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Make a writer for the running loop; nothing is connected before the first command."""
        self._pool = async_pool(url, blocking=True, size=1)
        self._connection = self._pool.make_connection()  # type: ignore[no-untyped-call]
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self._queue: deque[_Item] = deque()
        self._wake: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._closed = False
        self._task = self._loop.create_task(self._run(), name="redis-batch-writer")

    def submit(self, *args: Argument) -> "asyncio.Future[Any]":
        """Queue one command and return the future of its reply (bytes, int, list or None).

        The future fails with ``CommandError`` or ``StreamsUnavailableError``. Use ``execute`` where back pressure
        is wanted.
        """
        future: asyncio.Future[Any] = self._loop.create_future()
        if self._closed:
            future.set_exception(StreamsUnavailableError("The Redis writer is closed."))
            return future
        self._queue.append((hiredis.pack_command(args), future))  # type: ignore[arg-type]
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
        return future

    async def execute(self, *args: Argument) -> Any:
        """Send one command and return its reply; waits for room when ``MAX_QUEUED`` commands are queued already."""
        while len(self._queue) >= MAX_QUEUED:
            if self._room is None or self._room.done():
                self._room = self._loop.create_future()
            await asyncio.shield(self._room)
        return await self.submit(*args)

    @property
    def closed(self) -> bool:
        """Whether ``close`` was called: nothing more is taken."""
        return self._closed

    async def close(self) -> None:
        """Send what is queued, then close the connection."""
        if self._closed:
            return
        self._closed = True
        if self._wake is not None and not self._wake.done():
            self._wake.set_result(None)
        await self._task
        await self._connection.disconnect()

    async def _run(self) -> None:
        while True:
            if not self._queue:
                if self._closed:
                    return
                self._wake = self._loop.create_future()
                await self._wake
                self._wake = None
                continue
            batch = self._take()
            try:
                async with asyncio.timeout(self._timeout_s):
                    await self._exchange(batch)
            except Exception as error:
                await self._connection.disconnect(nowait=True)
                self._fail(batch, error)

    def _take(self) -> list[_Item]:
        batch: list[_Item] = []
        size = 0
        while self._queue and len(batch) < MAX_COMMANDS and size < MAX_BYTES:
            item = self._queue.popleft()
            batch.append(item)
            size += len(item[0])
        if self._room is not None and not self._room.done() and len(self._queue) < MAX_QUEUED:
            self._room.set_result(None)
        return batch

    async def _exchange(self, batch: list[_Item]) -> None:
        connection = self._connection
        await connection.send_packed_command([packed for packed, _ in batch])
        for _, future in batch:
            try:
                reply = await connection.read_response()
            except ReadOnlyError:
                raise
            except ResponseError as error:
                if not future.done():
                    future.set_exception(_refusal(str(error)))
                continue
            if not future.done():
                future.set_result(reply)

    @staticmethod
    def _fail(batch: list[_Item], error: BaseException) -> None:
        for _, future in batch:
            if not future.done():
                future.set_exception(StreamsUnavailableError(f"Redis cannot be reached right now: {error}"))


def _refusal(message: str) -> CommandError | StreamsUnavailableError:
    if message.startswith(PASSING):
        return StreamsUnavailableError(f"Redis cannot take writes right now: {message}")
    return CommandError(message)
