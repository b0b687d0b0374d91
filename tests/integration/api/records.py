"""Writes run logs as the engine does."""

from collections.abc import Sequence

import msgspec

from agentcluster.clock import now_ms
from agentcluster.streams import keys
from agentcluster.streams.entries import entry_hash
from agentcluster.streams.shared import shared_client
from designer.domain.events import GENESIS, TERMINAL, Event, Record
from designer.models import Run


def write_log(run: Run, events: Sequence[Event], after: Record | None = None) -> list[Record]:
    """Append events to a run's log and return their records."""
    client = shared_client()
    records: list[Record] = []
    seq = after.seq if after else 0
    head = entry_hash(msgspec.json.encode(after)) if after else GENESIS
    for event in events:
        seq += 1
        record = Record(seq, now_ms(), 1, head, event)
        data = msgspec.json.encode(record)
        head = entry_hash(data)
        client.xadd(keys.log(run.pk), {"e": data}, id=f"{seq}-0")
        records.append(record)
    last = events[-1]
    status = last.__struct_config__.tag if isinstance(last, TERMINAL) else "open"
    client.hset(keys.meta(run.pk), mapping={"epoch": 1, "seq": seq, "head": head, "status": status})
    return records
