"""Which set each process has: told by the processes, shown on the page."""

import msgspec

from agentcluster.clock import now_ms
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.streams.presence import present
from agentcluster.streams.shared import shared_client
from agents.policies import store
from agents.policies.feed import Standing, read_standing


class State(msgspec.Struct, frozen=True):
    """How far the newest set has come. ``known`` is false while Redis is away: then nobody knows of the others."""

    number: int
    at_ms: int
    known: bool
    detail: str
    behind: int
    everywhere_ms: int | None
    """When the last process took the set; None while one is behind, or nothing is known."""
    now_ms: int
    processes: tuple[Standing, ...]


def state() -> State:
    """Return how far the newest set has come."""
    newest = store.newest()
    try:
        told = present(shared_client())
    except StreamsUnavailableError as error:
        return State(newest.number, newest.at_ms, False, error.message, 0, None, now_ms(), ())
    found = [standing for each in told if (standing := read_standing(each)) is not None]
    processes = tuple(sorted(found, key=lambda each: (each.role, each.host, each.pid)))
    behind = sum(each.number < newest.number for each in processes)
    everywhere = max((each.since_ms for each in processes), default=None) if not behind else None
    return State(newest.number, newest.at_ms, True, "", behind, everywhere, now_ms(), processes)
