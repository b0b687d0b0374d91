"""What stands in a run's log, as far as this package cares: numbered bytes in a hash chain."""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple


class Entry(NamedTuple):
    """One entry of a run's log: its sequence number (from 1) and its bytes (JSON of a ``Record``)."""

    seq: int
    data: bytes


def entry_hash(data: bytes) -> str:
    """Return the first 32 hex digits of the SHA-256 of an entry: what the next entry names as ``prev``."""
    return hashlib.sha256(data).hexdigest()[:32]


def entries_of(reply: Sequence[Any]) -> list[Entry]:
    """Return the entries in a raw XRANGE or XREAD reply."""
    return [Entry(int(entry_id.partition(b"-")[0]), fields[1]) for entry_id, fields in reply]
