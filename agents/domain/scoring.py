"""Which instance gets the next call: the one with the lowest normalised load (features A1, C9), or the best bid (B3)."""

from collections.abc import Mapping, Sequence
from heapq import heapify, heappop
from typing import Final, NamedTuple

import msgspec

from agents.domain.intents import Bid

PENDING_WEIGHT: Final = 0.7
IDLE_WEIGHT: Final = 0.3
SMOOTHING: Final = 0.3
"""By how much one look changes the idle time that counts."""
FADING: Final = 0.98
"""What is left of it after a look at which the instance had nothing to do: half after ten seconds."""
SCORED_MAX: Final = 64
"""Of more instances than this, this many are scored, a different set each turn."""
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


class Load(NamedTuple):
    """What the consumer group of an agent's tasks says of an instance, over all engine workers.

    ``pending``: tasks that it was given and has not answered. ``idle_ms``: for how long it is given no further one while
    it has some. An instance that answers quickly comes back for the next task soon; one that lets long pass is slow or
    stuck. One that has nothing to do is free, not idle in this sense, however long that has been so.
    """

    pending: float
    idle_ms: float


def scores(
    loads: Sequence[Load], pending_weight: float = PENDING_WEIGHT, idle_weight: float = IDLE_WEIGHT
) -> list[float]:
    """Return 0.7 norm(pending) + 0.3 norm(idle) for each load, in order; the lowest is the best (features C9).

    ``norm`` divides by the largest among ``loads``, so it is 0 to 1; where all are 0 it is 0.
    """
    if not loads:
        return []
    pendings, idles = zip(*loads, strict=True)
    most, longest = max(pendings) or 1, max(idles) or 1
    return [pending_weight * (pending / most) + idle_weight * (idle_ms / longest) for pending, idle_ms in loads]


def smoothed_idle(before: float | None, seen: Load) -> float:
    """Return the idle time (ms) to count from now on: the mean over the last looks at which the instance had tasks.

    A single look shows an interval at an arbitrary moment, which says little; and an instance that was slow a moment ago
    is still slow when it has just become free, so what is known of it fades only slowly.
    """
    if not seen.pending:
        return (before or 0.0) * FADING
    return seen.idle_ms if before is None else before + SMOOTHING * (seen.idle_ms - before)


def choose_by_score(
    instances: Sequence[InstanceInfo],
    loads: Sequence[Load],
    own_in_flight: Mapping[str, int],
    turn: int = 0,
    weights: tuple[float, float] = (PENDING_WEIGHT, IDLE_WEIGHT),
) -> InstanceInfo | None:
    """Return the instance with the lowest score that has room for another call of the caller; None when none has.

    ``loads`` are those of ``instances``, in the same order; ``own_in_flight`` (by instance id) is held against each
    instance's concurrency. Raise ``turn`` with each choice: equals then take turns.
    """
    count = len(instances)
    if count > SCORED_MAX:
        chosen = [(turn + step) % count for step in range(SCORED_MAX)]
        instances, loads = [instances[index] for index in chosen], [loads[index] for index in chosen]
        count, turn = SCORED_MAX, 0
    heap = [(score, (index - turn) % count, index) for index, score in enumerate(scores(loads, *weights))]
    heapify(heap)
    while heap:
        instance = instances[heappop(heap)[2]]
        if own_in_flight.get(instance.instance, 0) < instance.concurrency:
            return instance
    return None


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


def ranked_bids(bids: Sequence[Bid], local_load: Mapping[str, float]) -> list[tuple[Bid, float]]:
    """Return the bids with their scores, the best first; of equals the one with more room, then by instance id.

    ``local_load`` is what the caller itself has at each instance, by its concurrency.
    """
    found = [(bid, bid_score(bid, bids, local_load.get(bid.instance, 0.0))) for bid in bids]
    return sorted(
        found, key=lambda each: (-each[1], max(each[0].load, local_load.get(each[0].instance, 0.0)), each[0].instance)
    )
