"""Shared memory in Redis: values with revisions and lists, by name, in spaces (features D4).

Each operation is one atomic function of ``memory.lua``. Repeating a write or an append with the same idempotency key
changes nothing and answers as the first time.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, Protocol

from agentcluster.errors import AgentClusterError, ConflictError
from agentcluster.streams import keys
from agentcluster.streams.errors import CommandError

LIBRARY: Final = (Path(__file__).parent / "memory.lua").read_text()
MARK_S: Final = 24 * 3600
"""How long an append is known by its idempotency key: longer than the attempts of any step go on."""


class MemoryConflictError(ConflictError):
    """Something else than expected stands in the memory."""

    code = "memory_conflict"


class MemoryKindError(ConflictError):
    """What stands in the memory is of the other kind: a list can be appended to, a value can be written."""

    code = "memory_kind"


class MemoryFullError(AgentClusterError):
    """The space has as many keys as it may have."""

    code = "memory_full"
    status = 413


class Executor(Protocol):
    """Whoever sends commands to Redis."""

    async def execute(self, *args: str | bytes | int | float) -> Any:
        """Send one command and return its reply; CommandError, StreamsUnavailableError."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What must stand there for a change: ``any``, nothing (``absent``), a ``value`` (JSON), a ``revision``."""

    how: Literal["any", "absent", "value", "revision"] = "any"
    value: bytes = b""


ANY: Final = Expected()


@dataclass(frozen=True, slots=True)
class Held:
    """What stands under a name. ``entries``: pairs of id and JSON, oldest first; ``number``: revision or length."""

    kind: Literal["value", "list", "none"]
    value: bytes
    entries: tuple[tuple[str, bytes], ...]
    number: int
    expires_ms: int | None


class SharedMemory:
    """One space."""

    def __init__(self, redis: Executor, space: str, *, max_names: int) -> None:
        """Use ``redis``; refuse more than ``max_names`` names."""
        self._redis, self._space, self._max_names = redis, space, max_names

    async def write(self, name: str, value: bytes, *, ttl_ms: int | None, expected: Expected, once: str) -> int:
        """Put a value and return its revision (from 1); MemoryConflictError with what stands there instead."""
        reply = await self._call(
            "ac_memory_write_1",
            self._keys(name),
            name,
            value,
            _ttl(ttl_ms),
            once,
            self._max_names,
            expected.how,
            expected.value,
        )
        return self._changed(name, reply)

    async def append(
        self, name: str, entry: bytes, *, ttl_ms: int | None, most: int, once: str
    ) -> tuple[int, str, bool]:
        """Add to a list, of which the newest ``most`` stay; return its length, the entry's id, and if it stood there."""
        mark = keys.memory(self._space, "once", hashlib.sha256(f"{name}\0{once}".encode()).hexdigest()[:32])
        reply = await self._call(
            "ac_memory_append_1",
            [*self._keys(name), mark],
            *(name, entry, _ttl(ttl_ms), once, self._max_names, most, MARK_S),
        )
        self._refuse(name, reply[0])
        return reply[1], reply[2].decode(), reply[0] == 0

    async def delete(self, name: str, expected: Expected) -> bool:
        """Remove a value or list; whether there was one. MemoryConflictError with what stands there instead."""
        reply = await self._call("ac_memory_delete_1", self._keys(name), name, expected.how, expected.value)
        self._changed(name, reply)
        return bool(reply[0] == 1)

    async def read(self, name: str, most: int) -> Held:
        """Return a value, or the newest ``most`` entries of a list."""
        kind, found, number, ttl = await self._call("ac_memory_read_1", self._keys(name), most)
        expires = ttl if ttl >= 0 else None
        if kind == b"list":
            ids, values = found[::2], found[1::2]
            entries = tuple((each.decode(), value) for each, value in zip(ids, values, strict=True))
            return Held("list", b"", entries, number, expires)
        return Held("value" if kind == b"value" else "none", found, (), number, expires)

    async def names(self) -> list[tuple[str, Literal["value", "list"]]]:
        """Return all names in order, with what stands under each."""
        found = await self._call("ac_memory_names_1", [keys.memory(self._space, "keys")])
        decoded = (each.decode() for each in found)
        return sorted((each[1:], "value" if each[0] == "v" else "list") for each in decoded)

    def _keys(self, name: str) -> list[str]:
        space = self._space
        return [keys.memory(space, "value", name), keys.memory(space, "list", name), keys.memory(space, "keys")]

    def _changed(self, name: str, reply: Sequence[Any]) -> int:
        code, revision, found = reply
        self._refuse(name, code)
        if code == 0:
            raise MemoryConflictError(
                f"'{name}' holds something else than expected.", found=found.decode() or None, revision=revision
            )
        return int(revision)

    def _refuse(self, name: str, code: int) -> None:
        if code == -1:
            raise MemoryKindError(f"'{name}' holds the other kind: a list takes 'append', a value takes 'write'.")
        if code == -2:
            raise MemoryFullError(f"'{self._space}' has {self._max_names:,} keys already; it may not have more.")

    async def _call(self, function: str, names: Sequence[str], *args: str | bytes | int) -> Any:
        command = ("FCALL", function, len(names), *names, *args)
        try:
            return await self._redis.execute(*command)
        except CommandError as error:
            if "Function not found" not in error.message:
                raise
        await self._redis.execute("FUNCTION", "LOAD", "REPLACE", LIBRARY)
        return await self._redis.execute(*command)


def _ttl(ttl_ms: int | None) -> str | int:
    return "" if ttl_ms is None else ttl_ms
