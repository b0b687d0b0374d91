"""The Redis client that ordinary Django code of one process shares."""

import functools

from django.conf import settings

from agentcluster.streams.connections import SyncClient, sync_client


@functools.cache
def _client(url: str) -> SyncClient:
    return sync_client(url)


def shared_client() -> SyncClient:
    """Return the process's thread-safe client for ``REDIS_URL``."""
    return _client(settings.REDIS_URL)
