"""Runs whose logs begin with events made elsewhere (fork, retry): written before the run is hinted at, exactly once."""

from collections.abc import Iterable, Sequence
from typing import Final

from agentcluster.clock import now_ms
from agentcluster.streams import seeds
from agentcluster.streams.shared import shared_client
from designer.domain.events import GENESIS, Event
from designer.engine.journal import encode_records

FIRST_EPOCH: Final = 1


def seed_log(run_id: str, events: Sequence[Event]) -> bool:
    """Make ``events`` (``RunStarted`` first) the log of a new run without an owner; False when it has a log already.

    The next owner takes it over without a word. Raises ``StreamsUnavailableError``: then the run has no log.
    """
    entries, head = encode_records(events, seq=0, epoch=FIRST_EPOCH, head=GENESIS, now=now_ms())
    return seeds.sow(shared_client(), run_id, entries, head, last_command(events))


def last_command(events: Iterable[Event]) -> int:
    """Return the number before the dash of the largest inbox id that ``events`` answer; new ones must be above it."""
    ids = (getattr(event, "command", "") for event in events)
    return max((int(number) for entry_id in ids if (number := entry_id.partition("-")[0]).isdigit()), default=0)
