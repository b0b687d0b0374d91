"""Streams that others write to: read through a consumer group, acknowledged once what came is safe elsewhere.

Several readers share a group; what one of them took and did not acknowledge (it died, or could not use it) goes to
another after ``IDLE_MS``. The keys are those of people and programs outside; the system's own are refused.
"""

import asyncio
import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from redis.backoff import ExponentialWithJitterBackoff

from agentcluster.streams.connections import SyncClient, async_client
from agentcluster.streams.errors import CommandError, StreamsUnavailableError, translated

BLOCK_MS: Final = 1000
IDLE_MS: Final = 10_000
"""An entry that its reader has not acknowledged for so long is handed out again."""
FORGET_MS: Final = 3_600_000
OWN: Final = frozenset(
    {"agent", "archive", "asgi", "breakers", "cache", "call", "celery", "cluster", "contracts", "dlq", "engine"}
    | {"gate", "gates", "jobs", "limit", "memory", "node", "policy", "present", "retention", "run", "runs", "task"}
    | {"tasks", "trigger", "unacked", "unacked_index", "unacked_mutex", "worker", "workers"}
)
"""First words of the keys that belong to the system, besides all that begin with ``_`` or ``:``."""
_BACKOFF: Final = ExponentialWithJitterBackoff(base=0.1, cap=2)


class Inbound(NamedTuple):
    """An entry: ``deliveries`` counts how often it was handed out, this time included."""

    entry_id: str
    fields: dict[bytes, bytes]
    deliveries: int


def check_key(key: str) -> str:
    """Return why a stream of this name cannot be read, or an empty text."""
    if not key.isprintable() or key != key.strip():
        return "must be a printable name without spaces around it"
    first = re.split(r"[:{}]", key.lstrip("{"), maxsplit=1)[0]
    if first in OWN or key.startswith(("_", ":")):
        return f"names a stream of the system itself: keys that begin with “{first}” are its own"
    return ""


def create_group(client: SyncClient, key: str, group: str, *, beginning: bool) -> None:
    """Make the group (and the stream), to begin with what comes now or with what is there; leave one that is.

    Raises ``StreamsUnavailableError``, or ``CommandError`` when the key is no stream.
    """
    try:
        with translated():
            client.xgroup_create(key, group, id="0" if beginning else "$", mkstream=True)
    except CommandError as error:
        if not error.message.startswith("BUSYGROUP"):
            raise


class InboundStream:
    """One reader of a group, over a connection of its own."""

    def __init__(self, url: str, key: str, group: str, reader: str) -> None:
        """``reader`` must be another one in every process."""
        self._client = async_client(url, blocking=True, size=2)
        self._key, self._group, self._reader = key, group, reader

    async def read(self, count: int) -> list[Inbound]:
        """Return at most ``count`` new entries; waits up to a second for the first, longer while Redis is away."""
        arguments = ("GROUP", self._group, self._reader, "COUNT", count, "BLOCK", BLOCK_MS, "STREAMS", self._key, ">")
        reply = await self._patiently("XREADGROUP", *arguments)
        return [_inbound(entry, 1) for entry in _entries_of_stream(reply)]

    async def claim(self, count: int) -> list[Inbound]:
        """Take over at most ``count`` entries that nobody has acknowledged for ``IDLE_MS``."""
        pending = await self._patiently("XPENDING", self._key, self._group, "IDLE", IDLE_MS, "-", "+", count)
        if not pending:
            return []
        deliveries = {entry_id: int(times) for entry_id, _, _, times in pending}
        claimed = await self._patiently("XCLAIM", self._key, self._group, self._reader, IDLE_MS, *deliveries)
        return [_inbound(entry, deliveries.get(entry[0], 0) + 1) for entry in claimed or [] if entry[1] is not None]

    async def acknowledge(self, entry_ids: Sequence[str]) -> None:
        """Say that these entries need not come again."""
        if entry_ids:
            await self._patiently("XACK", self._key, self._group, *entry_ids)

    async def forget_dead(self) -> None:
        """Remove readers from the group that have been away for an hour and hold nothing."""
        for consumer in await self._patiently("XINFO", "CONSUMERS", self._key, self._group) or []:
            about = dict(zip(consumer[::2], consumer[1::2], strict=True))
            gone = int(about[b"idle"]) > FORGET_MS and not int(about[b"pending"])
            if gone and about[b"name"].decode() != self._reader:
                await self._patiently("XGROUP", "DELCONSUMER", self._key, self._group, about[b"name"])

    async def close(self) -> None:
        """Disconnect; what was not acknowledged goes to others."""
        await self._client.aclose()

    async def _patiently(self, *command: Any) -> Any:
        """Return the raw reply; waits while Redis is away, and makes the group anew when it is gone."""
        failures = 0
        while True:
            try:
                with translated():
                    async with asyncio.timeout(BLOCK_MS / 1000 + 10):
                        return await self._send(*command)
            except StreamsUnavailableError:
                failures += 1
                await asyncio.sleep(_BACKOFF.compute(failures))
            except CommandError as error:
                if not error.message.startswith("NOGROUP") and "no such key" not in error.message:
                    raise
                await self._create_group()

    async def _send(self, *command: Any) -> Any:
        """Send without redis-py's reply parsing, which would drop what it has no name for."""
        connection = await self._client.connection_pool.get_connection()  # type: ignore[no-untyped-call]
        try:
            await connection.send_command(*command)
            return await connection.read_response()
        except BaseException:
            await connection.disconnect(nowait=True)
            raise
        finally:
            await self._client.connection_pool.release(connection)

    async def _create_group(self) -> None:
        # Who deletes a stream deletes its groups: all that has come since is new.
        try:
            with translated():
                await self._send("XGROUP", "CREATE", self._key, self._group, "0", "MKSTREAM")
        except CommandError as error:
            if not error.message.startswith("BUSYGROUP"):
                raise


async def destroy_group(url: str, key: str, group: str) -> None:
    """Remove a group; raises ``StreamsUnavailableError`` when Redis is away."""
    client = async_client(url, size=1)
    try:
        with translated():
            await client.execute_command("XGROUP", "DESTROY", key, group)  # type: ignore[no-untyped-call]
    except CommandError:
        return  # neither the stream nor the group is there any more
    finally:
        await client.aclose()


def _entries_of_stream(reply: Any) -> list[Any]:
    return list(reply[0][1]) if reply else []


def _inbound(entry: Any, deliveries: int) -> Inbound:
    entry_id, flat = entry
    fields = dict(zip(flat[::2], flat[1::2], strict=True)) if flat else {}
    return Inbound(entry_id.decode(), fields, deliveries)
