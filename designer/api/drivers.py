"""Which engine workers live, as a web process sees it: by change of their counters between two looks, never by clocks."""

import enum
import threading
import time
from dataclasses import dataclass
from typing import Final

from agentcluster.clock import monotonic
from agentcluster.streams.blocking import read_workers
from agentcluster.streams.shared import shared_client

FRESH_S: Final = 5.0
PATIENCE_S: Final = 3.0
STEP_S: Final = 0.3


class Life(enum.Enum):
    """What is known of a worker."""

    ALIVE = "alive"
    SILENT = "silent"
    GONE = "gone"


@dataclass(frozen=True)
class Sight:
    """How many workers live, and how the one asked for does."""

    workers: int
    owner: Life


class _Watch:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, int] = {}
        self._moved: dict[str, float] = {}
        self._looked = -FRESH_S

    def look(self) -> tuple[set[str], set[str]]:
        """Return the workers whose counter moved lately, and all that are known."""
        counts = read_workers(shared_client())
        with self._lock:
            now = monotonic()
            if now - self._looked < FRESH_S:
                self._moved |= {worker: now for worker, count in counts.items() if count != self._counts.get(worker)}
            self._counts, self._looked = counts, now
            self._moved = {worker: at for worker, at in self._moved.items() if worker in counts and now - at < FRESH_S}
            return set(self._moved), set(counts)


_watch: Final = _Watch()


def life_of(owner: str) -> Sight:
    """Look at the workers; where that leaves ``owner`` (or, with an empty one, everybody) open, look again for 3 s at most.

    Raises ``StreamsUnavailableError``.
    """
    deadline = monotonic() + PATIENCE_S
    while True:
        alive, known = _watch.look()
        settled = owner in alive or owner not in known if owner else bool(alive) or not known
        if settled or monotonic() > deadline:
            break
        time.sleep(STEP_S)
    life = Life.ALIVE if owner in alive else Life.SILENT if owner in known else Life.GONE
    return Sight(len(alive), life)
