"""The single checks. Each returns a few words without addresses or secrets, or raises ``NotReadyError`` with them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from django.db import DatabaseError, connection

from agentcluster.errors import AgentClusterError, UnavailableError
from agentcluster.messaging.bus import Bus
from agentcluster.streams.connections import AsyncClient, async_client
from agentcluster.streams.errors import translated
from agentcluster.streams.figures import WARN_SHARE, memory_of
from agentcluster.tasks import end

PROBE_KEY = "health:probe"
PROBE_LIFE_S = 60


class NotReadyError(UnavailableError):
    """Not ready."""

    code = "not_ready"


def check_nats(bus: Bus | None) -> str:
    """Return that the connection of a process is there; raises ``NotReadyError``."""
    if bus is None or not bus.connected:
        raise NotReadyError("not connected")
    return "connected"


class DatabaseCheck:
    """Asks the database for a row that every migrated one has; in a thread of its own, so that pages don't delay it."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="health-database")

    async def __call__(self) -> str:
        """Return a few words, or raise ``NotReadyError``."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._look)

    @staticmethod
    def _look() -> str:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
                cursor.fetchone()
        except DatabaseError as error:
            raise NotReadyError("cannot be read") from error
        finally:
            connection.close()
        return connection.vendor


class RedisCheck:
    """Pings and writes: a full or read-only Redis answers pings and is still of no use."""

    def __init__(self, url: str) -> None:
        self.client: AsyncClient = async_client(url, size=2)

    async def __call__(self) -> str:
        """Return a few words, or raise ``NotReadyError``."""
        try:
            with translated():
                await self.client.set(PROBE_KEY, b"1", ex=PROBE_LIFE_S)
                share = memory_of(await self.client.info("memory")).share
        except AgentClusterError as error:
            raise NotReadyError("cannot be written") from error
        if share is None or share < WARN_SHARE:
            return "writable"
        return f"writable, but {share:.0%} of its memory is used: give it more, or see that runs are archived"


class NatsCheck:
    """Keeps a connection to NATS and sends a ping through it."""

    def __init__(self, url: str) -> None:
        self.bus = Bus(url, "health")
        self._opening: asyncio.Task[None] | None = None

    async def __call__(self) -> str:
        """Return a few words, or raise ``NotReadyError``."""
        if self._opening is None:
            self._opening = asyncio.create_task(self.bus.open())
        await asyncio.wait({self._opening}, timeout=1)
        if not self.bus.connected:
            raise NotReadyError("not connected")
        await self.bus.flush()
        return "connected"

    async def close(self) -> None:
        """Let the connection go."""
        if self._opening is not None:
            await end(self._opening)
            await self.bus.close()
