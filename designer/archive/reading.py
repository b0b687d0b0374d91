"""Reads archived logs (synchronous). They are the same bytes that Redis had."""

from agentcluster.streams.blocking import Meta
from agentcluster.streams.entries import Entry
from designer.archive.blob import unpack
from designer.archive.log import event_type
from designer.archive.models import RunArchive
from designer.models import Run


def read_archived(run_id: str, after: int, limit: int) -> list[Entry]:
    """Return at most ``limit`` archived entries above ``after``; empty when there are none, or none yet."""
    found: list[Entry] = []
    while len(found) < limit:
        part = RunArchive.objects.filter(run_id=run_id, last__gt=after).order_by("first").first()
        if part is None:
            break
        found += unpack(bytes(part.blob), part.first)[max(0, after + 1 - part.first) :]
        after = part.last
    return found[:limit]


def archived_meta(run_id: str) -> Meta | None:
    """Return how an archived run stood when it left Redis; None when it is not archived.

    A run whose log is lost has no entries (``seq`` 0) and ended as its row says.
    """
    part = RunArchive.objects.filter(run_id=run_id).order_by("-first").first()
    if part is not None:
        last = unpack(bytes(part.blob), part.first)[-1]
        return Meta(seq=part.last, head=part.head, status=event_type(last.data))
    row = Run.objects.filter(pk=run_id, archived=True).values_list("status", flat=True).first()
    return Meta(status=f"run_{row}") if row is not None else None
