"""What processes say of themselves, for others to read; whoever falls silent is forgotten after ``KEPT_S`` seconds."""

from typing import Any, Final

from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.errors import translated

KEPT_S: Final = 10
SAY_S: Final = 2.0
"""How often a process says it."""


async def say(writer: BatchWriter, process: str, told: bytes) -> None:
    """Keep what the process with this id tells; ``StreamsUnavailableError``."""
    await writer.execute("SET", keys.present(process), told, "EX", KEPT_S)
    await writer.execute("SADD", keys.PRESENT, process)


async def leave(writer: BatchWriter, process: str) -> None:
    """Forget a process that ends; ``StreamsUnavailableError``."""
    await writer.execute("DEL", keys.present(process))
    await writer.execute("SREM", keys.PRESENT, process)


async def present_now(writer: BatchWriter) -> list[bytes]:
    """Return what each process that lives says; ``StreamsUnavailableError``."""
    ids = [each.decode() for each in await writer.execute("SMEMBERS", keys.PRESENT)]
    if not ids:
        return []
    told = await writer.execute("MGET", *map(keys.present, ids))
    return [each for each in told if each is not None]


def present(client: SyncClient) -> list[bytes]:
    """Return what each process that lives says, and forget the others; ``StreamsUnavailableError``."""
    with translated():
        members: Any = client.smembers(keys.PRESENT)
        ids = [each.decode() for each in members]
        if not ids:
            return []
        told: Any = client.mget([keys.present(each) for each in ids])
        gone = [process for process, each in zip(ids, told, strict=True) if each is None]
        if gone:
            client.srem(keys.PRESENT, *gone)
        return [each for each in told if each is not None]
