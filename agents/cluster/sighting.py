"""What an observer has seen of one node, and how long it has seen nothing new."""

from dataclasses import dataclass

from agents.cluster.heartbeat import Heartbeat, NodeStatus
from agents.domain.health import THREE_MISSED_S, Health, judge

STALL_S = 2.0
GAP_S = 2.5
"""Two beats that came as far apart as they say, give or take this much, were written when they came."""


class SeeingClock:
    """A monotonic clock that stands still while its owner is blind: cut off from NATS, or itself held up."""

    def __init__(self, now: float) -> None:
        """Start seeing at ``now`` (monotonic seconds)."""
        self._last = now
        self._seen_s = 0.0

    def tick(self, now: float, *, blind: bool) -> float:
        """Return the seconds of sight so far. Call it about twice a second: a longer gap means the owner was stalled."""
        elapsed = now - self._last
        self._last = now
        if not blind and elapsed < STALL_S:
            self._seen_s += elapsed
        return self._seen_s


@dataclass(slots=True)
class Sighting:
    """The last beat of a node. ``seen_s``: when it came, on the observer's ``SeeingClock``; ``wall_ms``: likewise."""

    beat: Heartbeat
    seen_s: float
    wall_ms: int
    skew_ms: int = 0
    """How far the node's clock is behind ours, once its beats have shown that it lives."""
    health: Health = Health.ACTIVE

    def follow(self, before: "Sighting | None") -> None:
        """Learn from the beat before what the node's ``ts`` is worth: one of the two clocks may be an hour off.

        A node that was alive and has written again lives, whatever time it states. Of one whose beats were too old the
        first one proves nothing; two that came as far apart as they say do.
        """
        if before is None:
            return
        self.skew_ms = before.skew_ms
        gap_s, stated_gap_s = self.seen_s - before.seen_s, (self.beat.ts - before.beat.ts) / 1000
        if stated_gap_s == 0 or gap_s > THREE_MISSED_S:
            return
        if before.health is not Health.FAILED or abs(stated_gap_s - gap_s) < GAP_S:
            self.skew_ms = self.wall_ms - self.beat.ts

    def judge(self, seen_s: float) -> Health:
        """Return the node's health now."""
        silent_s = seen_s - self.seen_s
        stated_age_s = (self.wall_ms - self.beat.ts - self.skew_ms) / 1000 + silent_s
        return judge(silent_s=silent_s, stated_age_s=stated_age_s)

    def status(self, now_ms: int) -> NodeStatus:
        """Return the node with its health and the time since its last beat came."""
        fields = {name: getattr(self.beat, name) for name in self.beat.__struct_fields__}
        return NodeStatus(**fields, status=self.health, age_ms=max(0, now_ms - self.wall_ms))
