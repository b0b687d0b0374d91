"""What is said when a goal is put out to bid (features B3).

The engine broadcasts ``Message[IntentRequest]`` on ``intent.request.v1``, which a JetStream stream keeps for a minute:
nodes that were away for a moment still see a request that is open. Every node answers on the request's ``reply`` subject
with one ``Message[Bids]``, also when it has nothing to offer, so that the engine knows when all have spoken. The best
bid gets an ordinary call (``agents.domain.calls``), all others learn of it by ``Message[IntentAward]`` on
``intent.award.v1``. What comes after the window is ignored.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

REQUEST_MAX: Final = 64 * 1024
"""Bytes of a request; nodes pass over longer ones."""
BIDS_MAX: Final = 64
"""Bids of one node; the engine passes over more."""
GOAL_MAX: Final = 4000
CAPABILITIES_MAX: Final = 32
CRITERIA_MAX: Final = 16 * 1024
WINDOW_MIN_S: Final = 0.05
WINDOW_MAX_S: Final = 10.0
LATE_MS: Final = 2000
"""Clocks differ: a node passes a request over when its window was over for so long already."""
KEPT_S: Final = 60.0
KEPT_MESSAGES: Final = 10_000
KEPT_BYTES: Final = 32 * 1024 * 1024


class Constraints(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """Who may bid: only nodes of ``region``; only agents that cost at most ``max_cost`` and need at most ``max_ms`` a call.

    An agent that has not worked yet does not know how long it needs; it may bid.
    """

    region: str = ""
    max_cost: float | None = None
    max_ms: float | None = None


def constraint_faults(given: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the name of each constraint that ``Constraints`` cannot hold, and a sentence that says why."""
    for name, value in given.items():
        if name not in Constraints.__struct_fields__:
            known = " and ".join((", ".join(Constraints.__struct_fields__[:-1]), Constraints.__struct_fields__[-1]))
            yield name, f"There is no constraint `{name}`; there are {known}."
        elif name == "region":
            if not isinstance(value, str):
                yield name, "The region must be a text."
        elif value is not None and not _is_amount(value):
            yield name, f"The constraint `{name}` must be a number, 0 or more."


def _is_amount(value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and value >= 0 and math.isfinite(value)


class IntentRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who can do this? ``intent_id`` is the id of the call that will follow; ``window_ms`` how long bids are taken.

    ``reply`` is where bids go: the message's own reply subject does not outlast the stream. ``round`` counts from 1.
    """

    intent_id: str
    goal: str = msgspec.field(name="task_goal", default="")
    capabilities: tuple[str, ...] = ()
    constraints: Constraints = Constraints()
    success_criteria: dict[str, Any] = {}
    window_ms: int = 500
    reply: str = ""
    round: int = 1


class Bid(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an instance offers: how well it fits (``match``, 0-1), how busy it is (``load``, 1 = all slots are taken)."""

    agent: str
    version: str
    instance: str
    match: float
    load: float = 0.0
    cost: float = 0.0
    """What a call costs, in the unit the installation counts in (``Manifest.cost``)."""
    expected_ms: float = 0.0
    """How long a call will take, by the last ones and by what waits; 0 when nobody knows."""


class Bids(msgspec.Struct, frozen=True, omit_defaults=True):
    """All that the node ``node`` has to offer for a request."""

    intent_id: str
    node: str
    bids: tuple[Bid, ...] = ()


class IntentAward(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who won: the winner gets the call; all others need not keep anything free for it."""

    intent_id: str
    round: int
    instance: str
    score: float
