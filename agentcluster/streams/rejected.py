"""Messages that broke their contract: counted, and the newest of each contract kept for people to look at."""

from collections.abc import Iterable
from typing import Any, Final

from agentcluster.streams import keys
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.errors import translated
from agentcluster.streams.memory import Executor

KEPT: Final = 1_000
"""About so many of each contract are kept."""
_FIELD: Final = "d"


async def keep(redis: Executor, contract: str, entry: bytes, count: int = 1) -> None:
    """Count rejected messages, and keep what is told of one of them (JSON)."""
    await redis.execute("XADD", keys.rejected(contract), "MAXLEN", "~", KEPT, "*", _FIELD, entry)
    await redis.execute("HINCRBY", keys.REJECTED, contract, count)


def counts(client: SyncClient) -> dict[str, int]:
    """Return how many messages of each contract were rejected since they were last cleared."""
    with translated():
        found: Any = client.hgetall(keys.REJECTED)
    return {name.decode(): int(count) for name, count in found.items()}


def newest(client: SyncClient, contract: str, limit: int, before: str = "") -> list[tuple[str, bytes]]:
    """Return at most ``limit`` entries with their ids, newest first; ``before``: older than this id."""
    with translated():
        reply: Any = client.xrevrange(keys.rejected(contract), f"({before}" if before else "+", "-", count=limit)
    return [(entry_id.decode(), fields[_FIELD.encode()]) for entry_id, fields in reply]


def clear(client: SyncClient, contracts: Iterable[str]) -> None:
    """Forget what was rejected of these contracts."""
    with translated():
        for contract in contracts:
            client.delete(keys.rejected(contract))
            client.hdel(keys.REJECTED, contract)
