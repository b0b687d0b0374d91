"""Where the circuit breakers stand, shared by all workers (features E3): a hash, and a stream of its changes.

A value is its number, a space, and JSON. Who changes a breaker says which number it had; of two one is first.
"""

from typing import Any, Final, NamedTuple

from agentcluster.streams import keys
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.errors import translated
from agentcluster.streams.run_log import RunLog

CHANGES: Final = 1000
"""Changes of one breaker that are shown at most."""


class Value(NamedTuple):
    """What stands in the hash: the breaker's ``agent@version``, the number of the change, the rest as JSON."""

    name: str
    number: int
    data: bytes


async def switch(log: RunLog, name: str, before: int, value: Value) -> Value:
    """Change a breaker that has the number ``before``; return what holds from now on, which may be another's change."""
    names = (keys.BREAKERS, keys.BREAKER_CHANGES)
    reply = await log.call("ac_breaker_switch_1", names, name, before, b"%d %s" % (value.number, value.data))
    return _value(name.encode(), reply)


async def read(log: RunLog) -> list[Value]:
    """Return all breakers that have ever changed."""
    flat = await log.command("HGETALL", keys.BREAKERS)
    return [_value(flat[index], flat[index + 1]) for index in range(0, len(flat), 2)]


async def forget(log: RunLog, names: list[str]) -> None:
    """Remove breakers that have been closed for long."""
    if names:
        await log.command("HDEL", keys.BREAKERS, *names)


async def tell_figures(log: RunLog, worker: str, figures: dict[str, bytes]) -> None:
    """Say what this worker has seen, by ``agent@version``."""
    flat = [part for name, data in figures.items() for part in (f"{worker} {name}", data)]
    if flat:
        await log.command("HSET", keys.BREAKER_FIGURES, *flat)


async def figures(log: RunLog) -> dict[str, bytes]:
    """Return what all workers have said, by ``worker agent@version``."""
    flat = await log.command("HGETALL", keys.BREAKER_FIGURES)
    return {flat[index].decode(): flat[index + 1] for index in range(0, len(flat), 2)}


async def forget_figures(log: RunLog, names: list[str]) -> None:
    """Remove what was said long ago."""
    if names:
        await log.command("HDEL", keys.BREAKER_FIGURES, *names)


def read_all(client: SyncClient) -> tuple[list[Value], dict[str, bytes]]:
    """Return all breakers and all figures, for synchronous code."""
    with translated():
        pipeline = client.pipeline(transaction=False)
        pipeline.hgetall(keys.BREAKERS)
        pipeline.hgetall(keys.BREAKER_FIGURES)
        values, said = pipeline.execute()
    return [_value(name, data) for name, data in values.items()], {name.decode(): data for name, data in said.items()}


def switch_now(client: SyncClient, name: str, before: int, value: Value) -> Value:
    """As ``switch``, for synchronous code."""
    from agentcluster.streams.functions import call_many

    names = (keys.BREAKERS, keys.BREAKER_CHANGES)
    call = ("ac_breaker_switch_1", 2, *names, name, before, b"%d %s" % (value.number, value.data))
    with translated():
        (reply,) = call_many(client, [call])
    return _value(name.encode(), reply)


def changes(client: SyncClient, name: str) -> list[Value]:
    """Return the last changes of a breaker, newest first."""
    found: list[Value] = []
    with translated():
        entries: Any = client.xrevrange(keys.BREAKER_CHANGES, count=10 * CHANGES)
    for _, fields in entries:
        if fields[b"b"].decode() == name and len(found) < CHANGES:
            found.append(_value(fields[b"b"], fields[b"v"]))
    return found


def _value(name: bytes, value: bytes) -> Value:
    number, _, data = value.partition(b" ")
    return Value(name.decode(), int(number), data)
