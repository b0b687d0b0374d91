"""What the ``memory`` agent can do: one function for each action, on a space."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.streams.memory import ANY, Expected, SharedMemory
from agents.domain.file_marks import marks_in
from agents.memory import values
from agents.tools.errors import BadValueError


class Request(msgspec.Struct, frozen=True):
    """The input of ``memory``, defaults filled in. ``expect`` unset: whatever stands there."""

    action: str
    session: str
    key: str = ""
    value: Any = msgspec.UNSET
    ttl_s: float | None = None
    expect: Any = msgspec.UNSET
    expect_revision: int | None = None
    limit: int = 100
    max_entries: int = 1000
    prefix: str = ""
    default: Any = None


async def read(memory: SharedMemory, request: Request, once: str) -> dict[str, Any]:
    """Return a value or a list's newest entries; ``default`` where there is nothing."""
    held = await memory.read(values.name(request.key), request.limit)
    expires = None if held.expires_ms is None else held.expires_ms / 1000
    if held.kind == "list":
        entries = values.newest_that_fit(held.entries)
        shown = [_told(data) for _, data in entries]
        return {"found": True, "value": shown, "count": held.number, "expires_s": expires}
    if held.kind == "none":
        return {"found": False, "value": request.default}
    return {"found": True, "value": _told(held.value), "revision": held.number, "expires_s": expires}


async def write(memory: SharedMemory, request: Request, once: str) -> dict[str, Any]:
    """Put a value; return its new revision."""
    data = values.encode(_given(request), "/value")
    revision = await memory.write(
        values.name(request.key), data, ttl_ms=_ttl_ms(request), expected=_expected(request), once=once
    )
    return {"found": True, "value": request.value, "revision": revision, "expires_s": request.ttl_s}


async def append(memory: SharedMemory, request: Request, once: str) -> dict[str, Any]:
    """Add to a list; return its length."""
    data = values.encode(_given(request), "/value")
    name = values.name(request.key)
    length, entry, repeated = await memory.append(
        name, data, ttl_ms=_ttl_ms(request), most=request.max_entries, once=once
    )
    shown = {"found": True, "value": request.value, "count": length, "entry": entry}
    return {**shown, "repeated": repeated, "expires_s": request.ttl_s}


async def delete(memory: SharedMemory, request: Request, once: str) -> dict[str, Any]:
    """Remove a value or list; ``found`` says whether there was one."""
    return {"found": await memory.delete(values.name(request.key), _expected(request))}


async def listed(memory: SharedMemory, request: Request, once: str) -> dict[str, Any]:
    """Return the keys that begin with ``prefix``, in order, and how many there are."""
    matching = [each for each in await memory.names() if each[0].startswith(request.prefix)]
    shown = [{"key": name, "kind": kind} for name, kind in matching[: request.limit]]
    return {"found": bool(matching), "keys": shown, "count": len(matching)}


ACTIONS: Final[dict[str, Callable[[SharedMemory, Request, str], Awaitable[dict[str, Any]]]]] = {
    "read": read,
    "write": write,
    "append": append,
    "delete": delete,
    "list": listed,
}


def _told(data: bytes) -> Any:
    """Return what was kept; whoever kept it had its files, so they may be told of."""
    value = values.decode(data)
    for digest, _ in marks_in(value):
        artifacts.note(digest)
    return value


def _given(request: Request) -> Any:
    if request.value is msgspec.UNSET:
        raise BadValueError("Give the value to keep.", field="/value")
    return request.value


def _expected(request: Request) -> Expected:
    if request.expect is not msgspec.UNSET and request.expect_revision is not None:
        raise BadValueError("Expect a value or a revision, not both.", field="/expect_revision")
    if request.expect_revision is not None:
        return Expected("revision", str(request.expect_revision).encode())
    if request.expect is msgspec.UNSET:
        return ANY
    if request.expect is None:
        return Expected("absent")
    return Expected("value", values.encode(request.expect, "/expect"))


def _ttl_ms(request: Request) -> int | None:
    return None if request.ttl_s is None else max(1, round(request.ttl_s * 1000))
