"""How processes reach Redis: bounded pools, time-outs, keep-alive, Sentinel. Replies are bytes (RESP2)."""

from typing import Any, Final
from urllib.parse import urlsplit

import redis
import redis.asyncio
from redis.asyncio.retry import Retry as AsyncRetry
from redis.asyncio.sentinel import Sentinel as AsyncSentinel
from redis.backoff import ExponentialWithJitterBackoff
from redis.retry import Retry
from redis.sentinel import Sentinel

from agentcluster.streams.errors import RedisUrlError

CONNECT_TIMEOUT_S: Final = 5.0
TIMEOUT_S: Final = 10.0
HEALTH_CHECK_S: Final = 15
POOL_SIZE: Final = 32

AsyncPool = redis.asyncio.ConnectionPool
AsyncClient = redis.asyncio.Redis
SyncClient = redis.Redis


def _options(socket_timeout: float | None) -> dict[str, Any]:
    return {
        "protocol": 2,
        "socket_timeout": socket_timeout,
        "socket_connect_timeout": CONNECT_TIMEOUT_S,
        "socket_keepalive": True,
        "health_check_interval": HEALTH_CHECK_S if socket_timeout else 0,
    }


def _sentinel_parts(url: str) -> tuple[list[tuple[str, int]], str, dict[str, Any]]:
    parts = urlsplit(url)
    hosts = parts.netloc.rpartition("@")[2]
    master, _, db = parts.path.strip("/").partition("/")
    if not hosts or not master:
        raise RedisUrlError
    pairs = [host.partition(":") for host in hosts.split(",")]
    login = {"username": parts.username, "password": parts.password} if parts.password else {}
    return [(host, int(port or 26379)) for host, _, port in pairs], master, {"db": int(db or 0), **login}


def async_pool(url: str, *, blocking: bool = False, size: int = POOL_SIZE) -> AsyncPool:
    """Return a pool for ``url``; ``blocking`` ones have no read time-out (their user brings one per batch or block)."""
    options = _options(None if blocking else TIMEOUT_S)
    options["retry"] = AsyncRetry(ExponentialWithJitterBackoff(base=0.05, cap=1), 0 if blocking else 3)
    if url.startswith("sentinel://"):
        hosts, master, extra = _sentinel_parts(url)
        sentinel = AsyncSentinel(hosts, socket_timeout=CONNECT_TIMEOUT_S)  # type: ignore[no-untyped-call]
        pool: AsyncPool = sentinel.master_for(master, **extra, **options, max_connections=size).connection_pool
        return pool
    try:
        return AsyncPool.from_url(url, **options, max_connections=size)
    except ValueError as error:
        raise RedisUrlError from error


def async_client(url: str, *, blocking: bool = False, size: int = POOL_SIZE) -> AsyncClient:
    """Return an asyncio client with a pool of its own; close it with ``aclose()``."""
    return AsyncClient.from_pool(async_pool(url, blocking=blocking, size=size))


def sync_client(url: str, *, size: int = POOL_SIZE) -> SyncClient:
    """Return a thread-safe client for ordinary Django code and management commands."""
    options = _options(TIMEOUT_S)
    options["retry"] = Retry(ExponentialWithJitterBackoff(base=0.05, cap=1), 3)
    if url.startswith("sentinel://"):
        hosts, master, extra = _sentinel_parts(url)
        sentinel = Sentinel(hosts, socket_timeout=CONNECT_TIMEOUT_S)  # type: ignore[no-untyped-call]
        client: SyncClient = sentinel.master_for(  # type: ignore[no-untyped-call]
            master, **extra, **options, max_connections=size
        )
        return client
    try:
        return SyncClient.from_url(url, **options, max_connections=size)
    except ValueError as error:
        raise RedisUrlError from error
