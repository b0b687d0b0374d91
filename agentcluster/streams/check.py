"""The check at start: a Redis that forgets or evicts cannot be the truth about runs."""

from agentcluster.streams.connections import SyncClient, sync_client
from agentcluster.streams.errors import UnsafeServerError, translated


def check_server(url: str) -> None:
    """Raise ``UnsafeServerError`` (with the way to fix it) unless AOF is on and nothing is ever evicted.

    Raises ``StreamsUnavailableError`` when the server cannot be reached.
    """
    client = sync_client(url, size=1)
    try:
        with translated():
            _check(client)
    finally:
        client.close()


def _check(client: SyncClient) -> None:
    info = client.info("persistence") | client.info("memory")
    if not int(info.get("aof_enabled", 0)):
        raise UnsafeServerError(
            "Redis keeps no append-only file, so accepted runs would be lost with it. "
            "Start it with --appendonly yes --appendfsync always (or set these in redis.conf)."
        )
    if info.get("maxmemory_policy", "noeviction") != "noeviction":
        raise UnsafeServerError(
            f"Redis may evict runs when its memory is full (maxmemory-policy {info['maxmemory_policy']}). "
            "Set maxmemory-policy noeviction."
        )
