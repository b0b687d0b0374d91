"""Reads run logs for synchronous code."""

from typing import Any

import msgspec

from agentcluster.streams.blocking import Meta, read_log, read_metas
from agentcluster.streams.entries import Entry
from designer.engine.redis import shared_client

OPEN = "open"


class _Kind(msgspec.Struct):
    type: str


class _Head(msgspec.Struct):
    event: _Kind


def read_page(run_id: str, after: int, limit: int) -> tuple[list[Entry], bool]:
    """Return at most ``limit`` entries above ``after``, and whether the run has ended and they reach its end.

    Raises ``StreamsUnavailableError`` when Redis is away.
    """
    entries = read_log(shared_client(), run_id, after, limit)
    if entries:
        return entries, bool(status_told_by(entries[-1]))
    meta = read_meta(run_id)
    return entries, meta is not None and meta.status != OPEN and after >= meta.seq


def read_meta(run_id: str) -> Meta | None:
    """Return how the run stands in Redis; None when nothing of it is there (yet)."""
    return read_metas(shared_client(), [run_id])[0]


def status_told_by(entry: Entry) -> str:
    """Return ``completed``, ``failed`` or ``cancelled`` when the entry is a terminal event, else an empty string."""
    return status_of(msgspec.json.decode(entry.data, type=_Head).event.type)


def status_of(terminal: Any) -> str:
    """Return the run status that a terminal event's type means; empty for any other."""
    return {"run_completed": "completed", "run_failed": "failed", "run_cancelled": "cancelled"}.get(terminal, "")
