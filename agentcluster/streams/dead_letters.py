"""Dead letters (features C10): per agent a stream of the tasks that failed for good, about the last 1,000.

The functions are in ``dead_letters.lua``. A call is put there once, however often it is tried.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from agentcluster.streams import keys
from agentcluster.streams.batch import Argument
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.errors import translated
from agentcluster.streams.functions import call_many
from agentcluster.streams.run_log import RunLog

KEPT: Final = 1000


class DeadLetter(NamedTuple):
    """An entry: its fields as they were written, and the run it was given to again, if it was."""

    entry_id: str
    fields: dict[str, str]
    redriven_as: str


class Count(NamedTuple):
    """How many dead letters a workflow has at an agent, and when (ms) the newest came."""

    letters: int
    newest_ms: int


async def bury(log: RunLog, agent: str, call_id: str, fields: Mapping[str, Argument]) -> str:
    """Write a dead letter down, unless its call is there already; return its id. Waits while Redis is away."""
    flat: list[Argument] = [part for pair in fields.items() for part in pair]
    entry: bytes = await log.call("ac_dead_letter_2", _names(agent), agent, call_id, KEPT, *flat)
    return entry.decode()


def agents(client: SyncClient) -> list[str]:
    """Return the names of all agents that have had dead letters."""
    with translated():
        names: Any = client.smembers(keys.DEAD_LETTER_AGENTS)
    return sorted(name.decode() for name in names)


def read(client: SyncClient, agent: str, before: str = "+", count: int = KEPT) -> list[DeadLetter]:
    """Return an agent's dead letters, newest first; ``before`` is an id that is left out."""
    with translated():
        entries: Any = client.xrevrange(
            keys.dead_letters(agent), f"({before}" if before != "+" else before, count=count
        )
        return _letters(client, agent, entries)


def iterate(client: SyncClient, agent: str, upto: str = "+") -> Iterator[DeadLetter]:
    """Yield all dead letters of an agent, newest first, from the one with the id ``upto`` on."""
    before = upto if upto == "+" else f"{upto.partition('-')[0]}-{int(upto.partition('-')[2]) + 1}"
    while page := read(client, agent, before, 100):
        yield from page
        before = page[-1].entry_id


def one(client: SyncClient, agent: str, entry_id: str) -> DeadLetter | None:
    """Return a dead letter, None when there is none of that id."""
    with translated():
        entries: Any = client.xrange(keys.dead_letters(agent), entry_id, entry_id)
        return next(iter(_letters(client, agent, entries)), None)


def mark_redriven(client: SyncClient, agent: str, entry_id: str, run_id: str) -> None:
    """Remember which run a dead letter was given to again."""
    with translated():
        client.hset(keys.redriven(agent), entry_id, run_id)


def delete(client: SyncClient, agent: str, entry_ids: Sequence[str]) -> int:
    """Remove dead letters for good; return how many there were. Their calls are not put there again."""
    if not entry_ids:
        return 0
    with translated():
        names = _names(agent)
        removed: int = call_many(client, [("ac_dead_letter_delete_1", len(names), *names, *entry_ids)])[0]
        return removed


def counts(client: SyncClient) -> dict[str, dict[str, Count]]:
    """Return how many dead letters there are by agent and workflow; without reading them, whatever their number."""
    found: dict[str, dict[str, Count]] = {}
    names = agents(client)
    with translated():
        replies = call_many(client, [("ac_dead_letter_counts_1", 4, *_names(agent)) for agent in names])
    for agent, flat in zip(names, replies, strict=True):
        values = {name.decode(): value.decode() for name, value in zip(flat[::2], flat[1::2], strict=True)}
        found[agent] = {
            name[2:]: Count(int(value), int(values[f"n:{name[2:]}"].partition("-")[0]))
            for name, value in values.items()
            if name.startswith("c:")
        }
    return found


def _names(agent: str) -> tuple[str, ...]:
    return (
        keys.dead_letters(agent),
        keys.dead_letter_calls(agent),
        keys.dead_letter_counts(agent),
        keys.redriven(agent),
    )


def _letters(client: SyncClient, agent: str, entries: Sequence[Any]) -> list[DeadLetter]:
    if not entries:
        return []
    ids = [entry_id.decode() for entry_id, _ in entries]
    runs: Any = client.hmget(keys.redriven(agent), ids)
    return [
        DeadLetter(
            entry_id,
            {name.decode(): value.decode(errors="replace") for name, value in fields.items()},
            run.decode() if run else "",
        )
        for entry_id, (_, fields), run in zip(ids, entries, runs, strict=True)
    ]
