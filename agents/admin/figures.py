"""Live figures for the panel, read at most every few seconds."""

from collections import Counter

from agentcluster.clock import monotonic
from agents.api.live import Live, look

FRESH_S = 2.0
AWAY_S = 10.0
"""While NATS is away, asking takes seconds: ask less often."""

_seen: tuple[float, Live] | None = None


def live() -> Live:
    """Return what is known of the cluster, at most some seconds old."""
    global _seen  # noqa: PLW0603 - one figure for the process is the point
    now = monotonic()
    if _seen is None or now - _seen[0] > (FRESH_S if _seen[1].known else AWAY_S):
        _seen = (monotonic(), look())
    return _seen[1]


def instance_counts() -> Counter[str] | None:
    """Return the number of live instances by agent; None while NATS is away."""
    known = live()
    return known.instances_by_agent() if known.known else None
