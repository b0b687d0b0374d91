"""Calls that wait for a slot: by priority, and within one priority first come first served.

A call of low priority waits as long as there is one of a higher priority for the same slots; it may wait for ever.
"""

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from agents.routing.version_choice import Picks

RANKS: Final = {"high": 0, "normal": 1, "low": 2}


class Waiter(Protocol):
    """Whoever wants a slot; woken when one is kept for it, or when there is something to say about its waiting."""

    def wake(self) -> None:
        """Ask ``Capacity.place`` again."""


class Demand(NamedTuple):
    """Where a call may go: an agent's version (empty: the newest), any agent with a capability, or one instance.

    ``shared``: the call names no version; this is the one that falls to it. ``picks``: those that fall to it of the agents
    with the capability; of other agents it is the newest.
    """

    agent: str = ""
    version: str = ""
    capability: str = ""
    instance: str = ""
    shared: bool = False
    picks: Picks = ()

    @property
    def chosen(self) -> Picks:
        """The versions that fell to the call, which names none."""
        return ((self.agent, self.version),) if self.shared else self.picks

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.agent} {self.version}".strip()


@dataclass(slots=True)
class Waiting:
    """A call that cannot go yet, and why; ``announced`` once the wait is long enough to be told.

    Times are of the monotonic clock. ``differs_since``: since when it waits for another reason than it was told, 0 for the
    same. Before ``steady_until`` a mere change of degree is not told (``designer.engine.waits``); ``steady_s`` is how long
    that lasted the last time.
    """

    waiter: Waiter
    since: float
    code: str = ""
    message: str = ""
    announced: bool = False
    differs_since: float = 0.0
    steady_until: float = 0.0
    steady_s: float = 0.0


class SlotQueue:
    """Those who wait for the same slots; false when nobody does."""

    __slots__ = ("_by_rank",)

    def __init__(self) -> None:
        """Start empty."""
        self._by_rank: tuple[OrderedDict[str, Waiting], ...] = tuple(OrderedDict() for _ in RANKS)

    def __bool__(self) -> bool:
        """Return whether anybody waits."""
        return any(self._by_rank)

    def __len__(self) -> int:
        """Return how many wait."""
        return sum(len(waiting) for waiting in self._by_rank)

    def __iter__(self) -> Iterator[Waiting]:
        """Go through all, in the order they are served."""
        for waiting in self._by_rank:
            yield from waiting.values()

    def join(self, call_id: str, priority: str, waiting: Waiting) -> Waiting:
        """Return the place of ``call_id``: the one it has, or the last of its priority."""
        return self._by_rank[RANKS.get(priority, RANKS["normal"])].setdefault(call_id, waiting)

    def leave(self, call_id: str) -> None:
        """Give up a place, if there is one."""
        for waiting in self._by_rank:
            waiting.pop(call_id, None)

    def pop(self) -> tuple[str, Waiting]:
        """Take out whoever is served next; the queue must not be empty."""
        return next(waiting for waiting in self._by_rank if waiting).popitem(last=False)

    @property
    def order(self) -> tuple[int, float]:
        """Rank and time of whoever is served next: the lowest of several queues goes first."""
        for rank, waiting in enumerate(self._by_rank):
            if waiting:
                return rank, next(iter(waiting.values())).since
        return len(self._by_rank), 0.0
