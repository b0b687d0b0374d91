"""Reads run logs for synchronous code: from Redis, and once a run is archived, from the archive.

The archive is complete before Redis lets go of a log, so whoever finds nothing in Redis and then looks into the archive
misses nothing, also when the run is archived between two reads.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from agentcluster.streams import blocking
from agentcluster.streams.blocking import Meta
from agentcluster.streams.entries import Entry
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.streams.shared import shared_client
from designer.archive.reading import archived_meta, read_archived

OPEN = "open"
PAGE: Final = 1000
_STATUSES: Final = {
    f"run_{status}": status for status in ("completed", "failed", "cancelled", "terminated", "continued")
}


class _Kind(msgspec.Struct):
    type: str


class _Head(msgspec.Struct):
    event: _Kind


def read_page(run_id: str, after: int, limit: int) -> tuple[list[Entry], bool]:
    """Return at most ``limit`` entries above ``after``, and whether the run has ended and they reach its end.

    Raises ``StreamsUnavailableError`` when Redis is away and the archive does not have them.
    """
    entries = read_entries(run_id, after, limit)
    if entries:
        return entries, bool(status_told_by(entries[-1]))
    meta = read_meta(run_id)
    return entries, meta is not None and meta.status != OPEN and after >= meta.seq


def read_entries(run_id: str, after: int, limit: int) -> list[Entry]:
    """Return at most ``limit`` entries above ``after``, wherever the log is. Errors as of ``read_page``."""
    client = shared_client()
    try:
        entries = blocking.read_log(client, run_id, after, limit)
        if entries or blocking.read_metas(client, [run_id])[0] is not None:
            return entries
    except StreamsUnavailableError:
        if archived_meta(run_id) is None:
            raise
    return read_archived(run_id, after, limit)


def iterate(run_id: str, after: int = 0) -> Iterator[Entry]:
    """Yield all entries above ``after``, page by page, also while the run is being archived."""
    while page := read_entries(run_id, after, PAGE):
        yield from page
        after = page[-1].seq


def read_meta(run_id: str) -> Meta | None:
    """Return how the run stands in Redis or in the archive; None when nothing of it is there (yet).

    Raises ``StreamsUnavailableError`` when Redis is away and the run is not archived.
    """
    try:
        meta = blocking.read_metas(shared_client(), [run_id])[0]
    except StreamsUnavailableError:
        meta = archived_meta(run_id)
        if meta is None:
            raise
        return meta
    return meta if meta is not None else archived_meta(run_id)


def has_left_redis(run_id: str) -> bool:
    """Say whether the run's log is in the archive only; False while Redis is away."""
    try:
        return blocking.read_metas(shared_client(), [run_id])[0] is None and archived_meta(run_id) is not None
    except StreamsUnavailableError:
        return False


def status_told_by(entry: Entry) -> str:
    """Return the status that the entry gives the run for good when it is a terminal event, else an empty string."""
    return status_of(msgspec.json.decode(entry.data, type=_Head).event.type)


def status_of(terminal: Any) -> str:
    """Return the run status that a terminal event's type means; empty for any other."""
    return _STATUSES.get(terminal, "")
