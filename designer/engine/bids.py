"""The bids for a goal: which of them are believed, and which is the best (features B3)."""

from collections.abc import Iterator, Mapping
from typing import Final

from agents.cluster.view import ClusterView
from agents.domain.intents import Bid
from agents.domain.scoring import ranked_bids
from designer.domain.events import PlacedBid
from designer.engine.capacity import Capacity

TOLD_MAX: Final = 32
"""Bids that the run's log tells of."""


def ranked_of(
    bids: Mapping[tuple[str, str], Bid], view: ClusterView, capacity: Capacity, key: str
) -> list[tuple[Bid, float]]:
    """Return the bids that are believed with their scores, the best first; ``bids`` are by instance and node.

    Of an agent whose calls are shared out among its versions those bids count whose version, of all that bid, falls to
    the call with the idempotency key ``key``.
    Those whose breaker lets no call through count only where there are no others: the best of them then says why the
    goal cannot be served, and when it is tried again.
    """
    sound = [bid for (_, node), bid in bids.items() if _is_sound(bid, node, view) and capacity.enabled(bid.agent)]
    found = [bid for bid in sound if capacity.usable(bid.agent, bid.version)] or sound
    versions: dict[str, set[str]] = {}
    for bid in found:
        versions.setdefault(bid.agent, set()).add(bid.version)
    due = {agent: capacity.versions.of(agent, key, sorted(among)) for agent, among in versions.items()}
    found = [bid for bid in found if due[bid.agent] in ("", bid.version)]
    load = {
        bid.instance: capacity.in_flight(bid.instance) / known.concurrency
        for bid in found
        if (known := view.instance(bid.instance)) is not None
    }
    return ranked_bids(found, load)


def placed_of(ranked: list[tuple[Bid, float]], view: ClusterView) -> Iterator[PlacedBid]:
    """Yield what the run's log tells of the best bids."""
    for bid, score in ranked[:TOLD_MAX]:
        known = view.instance(bid.instance)
        figures = round(bid.load, 4), bid.cost, round(bid.expected_ms, 3)
        node = known.node if known else ""
        yield PlacedBid(bid.agent, bid.version, bid.instance, node, round(score, 4), round(bid.match, 4), *figures)


def _is_sound(bid: Bid, node: str, view: ClusterView) -> bool:
    """Return whether a bid is by an instance in sight, with figures that make sense."""
    known = view.instance(bid.instance)
    if known is None or (known.node, known.agent, known.version) != (node, bid.agent, bid.version):
        return False
    return 0 < bid.match <= 1 and bid.load >= 0 and bid.cost >= 0 and bid.expected_ms >= 0
