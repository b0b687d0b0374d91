"""Publishing without waiting: what one turn of the loop sends is handed to the client together."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from agentcluster.messaging.errors import BusUnavailableError
from agentcluster.tasks import end

logger = logging.getLogger(__name__)

Headers = dict[str, str]
Publish = Callable[[str, bytes, str, Headers | None], Awaitable[None]]


class Outbox:
    """Messages on their way to the client, in order, at most ``limit`` bytes of them."""

    def __init__(self, publish: Publish, limit: int) -> None:
        """``publish`` sends one message; it may wait when the connection is slow."""
        self._publish = publish
        self._limit = limit
        self._waiting: list[tuple[str, bytes, str, Headers | None]] = []
        self._size = 0
        self._filled = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._task = asyncio.get_running_loop().create_task(self._run())

    def put(self, subject: str, data: bytes, reply: str, headers: Headers | None) -> None:
        """Take a message; BusUnavailableError when the connection has been too slow for too long."""
        if self._size > self._limit:
            raise BusUnavailableError("NATS takes messages more slowly than they are made.", waiting=self._size)
        self._waiting.append((subject, data, reply, headers))
        self._size += len(data)
        if len(self._waiting) == 1:
            self._idle.clear()
            self._filled.set()

    async def flushed(self) -> None:
        """Wait until everything taken so far was handed to the client."""
        await self._idle.wait()

    async def close(self) -> None:
        """Stop; what is still waiting is dropped."""
        await end(self._task)

    async def _run(self) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            batch, self._waiting = self._waiting, []
            for subject, data, reply, headers in batch:
                try:
                    await self._publish(subject, data, reply, headers)
                except Exception as error:
                    logger.warning("a message to %s was not sent: %s", subject, error)
                self._size -= len(data)
            if not self._waiting:
                self._idle.set()
