"""Which instance gets the next call: the one with the lowest normalised load (features A1, C9)."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

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
