"""Which instance gets the next call: the one with the lowest normalised load (features A1, C9), or the best bid (B3)."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from agents.domain.intents import Bid

WINDOW: Final = 16
"""Of more instances than this, this many are compared, a different set each turn (the power of d choices)."""


class InstanceInfo(msgspec.Struct, frozen=True):
    """An agent instance as its node last reported it. ``load`` is the node's, 0-100; ``node`` is the node's id."""

    instance: str
    node: str
    agent: str
    version: str
    identity: str
    in_flight: int
    concurrency: int
    load: int
    capabilities: tuple[str, ...] = ()


def choose(
    instances: Sequence[InstanceInfo],
    local_in_flight: Mapping[str, int],
    turn: int = 0,
    max_load: float = float("inf"),
) -> InstanceInfo | None:
    """Return the least loaded instance, or None when there is none or all are full.

    Load is calls in flight by concurrency. What the caller itself has in flight it knows at once (``local_in_flight``,
    by instance id); what others have, it knows from the last report, so the larger of the two counts. Raise ``turn``
    with each choice: equals then take turns. Instances with ``max_load`` or more are full.

    O(1) in the number of instances beyond ``WINDOW``.
    """
    count = len(instances)
    if not count:
        return None
    best, best_load = None, max_load
    for step in range(min(count, WINDOW)):
        candidate = instances[(turn + step) % count]
        local = local_in_flight.get(candidate.instance, 0)
        load = (local if local > candidate.in_flight else candidate.in_flight) / candidate.concurrency
        if load < best_load:
            best, best_load = candidate, load
    return best


def bid_score(bid: Bid, others: Sequence[Bid], local_load: float = 0.0) -> float:
    """Return how good a bid is among ``others`` (itself included): 0.4 match + 0.3 room + 0.2 speed + 0.1 price.

    Room is 1 - load, by the bid or by what the caller itself has there (``local_load``), whichever is more. Speed and
    price compare with the slowest and the dearest of the bids; a bid that does not know its time counts as half as slow.
    """
    slowest = max(other.expected_ms for other in others)
    dearest = max(other.cost for other in others)
    room = 1.0 - min(1.0, max(bid.load, local_load))
    speed = 1.0 - (bid.expected_ms / slowest if bid.expected_ms else 0.5) if slowest else 1.0
    price = 1.0 - bid.cost / dearest if dearest else 1.0
    return 0.4 * bid.match + 0.3 * room + 0.2 * speed + 0.1 * price


def best_bid(bids: Sequence[Bid], local_load: Mapping[str, float]) -> Bid | None:
    """Return the bid with the highest score; of equals the one with more room, then the first by instance id."""
    if not bids:
        return None

    def rank(bid: Bid) -> tuple[float, float, str]:
        local = local_load.get(bid.instance, 0.0)
        return -bid_score(bid, bids, local), max(bid.load, local), bid.instance

    return min(bids, key=rank)
