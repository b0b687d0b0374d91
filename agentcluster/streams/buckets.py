"""Token buckets that all processes share (features E2), kept in Redis by throttled-py.

They are GCRA buckets: a bucket of ``burst`` tokens that fills at ``rate`` a second, kept as the one moment at which it
is full again, with Redis's own clock to the microsecond; a check is one atomic script. (The token buckets that
library also has count in whole seconds.)
"""

import asyncio
import functools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from throttled.asyncio.rate_limiter import GCRARateLimiter as AsyncLimiter
from throttled.asyncio.store import RedisStore as AsyncRedisStore
from throttled.asyncio.store.redis import RedisStoreBackend as AsyncBackend
from throttled.exceptions import BaseThrottledError
from throttled.rate_limiter.base import Quota, RateLimitResult, per_duration
from throttled.rate_limiter.gcra import GCRARateLimiter
from throttled.store import RedisStore
from throttled.store.redis import RedisStoreBackend

from agentcluster.streams import keys
from agentcluster.streams.connections import AsyncClient, SyncClient, async_client
from agentcluster.streams.errors import StreamsUnavailableError, translated

PERIOD_S: Final = 1000
"""The library counts whole tokens a period; this long a period allows rates down to 0.001 a second."""
QUOTAS_MAX: Final = 1024
CONNECTIONS: Final = 4


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of asking for tokens: ``wait_s`` is 0 when they were given, ``left`` is what the bucket still holds."""

    wait_s: float
    left: int


class Buckets:
    """Buckets for synchronous code; give it a client from ``connections.sync_client``."""

    def __init__(self, client: SyncClient) -> None:
        """Nothing is connected before the first check."""
        self._store = _Store(client)
        self._limiters = functools.lru_cache(QUOTAS_MAX)(self._limiter)

    def take(self, name: str, *, rate: float, burst: int, cost: int = 1) -> Taken:
        """Take ``cost`` tokens (at most ``burst``) from the bucket, or none at all; ``StreamsUnavailableError``."""
        with _told():
            found = self._limiters(rate, burst).limit(_key(name, rate, burst), min(cost, burst))
        return _taken(found)

    def _limiter(self, rate: float, burst: int) -> GCRARateLimiter:
        return GCRARateLimiter(_quota(rate, burst), self._store, key_prefix=keys.BUCKETS)


class AsyncBuckets:
    """The same buckets for asyncio code; close it after use."""

    def __init__(self, url: str) -> None:
        """Make it inside the running loop; nothing is connected before the first check."""
        self._client = async_client(url, size=CONNECTIONS)
        self._turn = asyncio.Semaphore(CONNECTIONS)
        self._store = _AsyncStore(self._client)
        self._limiters = functools.lru_cache(QUOTAS_MAX)(self._limiter)

    async def take(self, name: str, *, rate: float, burst: int, cost: int = 1) -> Taken:
        """Take ``cost`` tokens (at most ``burst``) from the bucket, or none at all; ``StreamsUnavailableError``."""
        async with self._turn:
            with _told():
                found = await self._limiters(rate, burst).limit(_key(name, rate, burst), min(cost, burst))
        return _taken(found)

    async def close(self) -> None:
        """Let the connections go."""
        await self._client.aclose()

    def _limiter(self, rate: float, burst: int) -> AsyncLimiter:
        return AsyncLimiter(_quota(rate, burst), self._store, key_prefix=keys.BUCKETS)


class _Backend(RedisStoreBackend):
    """Uses a client of ours, with its time-outs and its Sentinel, instead of making one."""

    def __init__(self, client: SyncClient) -> None:
        self._given = client

    def get_client(self) -> Any:
        return self._given


class _Store(RedisStore):
    def __init__(self, client: SyncClient) -> None:
        self._backend = _Backend(client)


class _AsyncBackend(AsyncBackend):
    """As ``_Backend``."""

    def __init__(self, client: AsyncClient) -> None:
        self._given = client

    def get_client(self) -> Any:
        return self._given


class _AsyncStore(AsyncRedisStore):
    def __init__(self, client: AsyncClient) -> None:
        self._backend = _AsyncBackend(client)


def _key(name: str, rate: float, burst: int) -> str:
    """Another rate is another bucket: the moment at which one is full tells nothing about one that fills faster."""
    return f"{rate:g}/{burst}:{name}"


def _quota(rate: float, burst: int) -> Quota:
    return per_duration(timedelta(seconds=PERIOD_S), max(1, round(rate * PERIOD_S)), burst)


def _taken(found: RateLimitResult) -> Taken:
    return Taken(max(found.state.retry_after, 0.001) if found.limited else 0.0, found.state.remaining)


@contextmanager
def _told() -> Iterator[None]:
    """Turn the library's errors, and redis-py's, into ours."""
    try:
        with translated():
            yield
    except BaseThrottledError as error:
        raise StreamsUnavailableError(f"The rate limit cannot be looked up right now: {error}") from error
