"""Moves the logs of ended runs from Redis to SQL, in batches. Safe to stop at any instant and to run twice.

A log is read and verified, written to SQL in one transaction with ``Run.archived``, and only then deleted from Redis,
where a function compares its head with the archived one. What a crash leaves between the last two steps stands in
``Unforgotten`` and is finished next time; so does a log that Redis does not let go of, as it is another one.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import msgspec
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agentcluster.clock import now_ms
from agentcluster.streams import retention
from agentcluster.streams.blocking import Meta, read_log, read_metas
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.entries import Entry
from agentcluster.streams.retention import Ended
from designer.archive.files import nested
from designer.archive.log import EndedLog, LogBrokenError, ended_log
from designer.archive.models import Mention, RunArchive, Unforgotten
from designer.models import Run

logger = logging.getLogger(__name__)

BATCH: Final = 300
GROUP_BYTES: Final = 16 * 1024 * 1024
"""So much of Redis is read in one go; a log that is larger comes page by page."""
PAGE: Final = 250
GROUP_ENTRIES: Final = 1000
CALL_GRACE_S: Final = 60
"""So long after the run's end the results of its calls stay, for a worker or node that slept."""
LOST_AFTER: Final = timedelta(hours=1)
"""A run that ended so long ago, and that Redis knows nothing of, has lost its log."""
ASK_AGAIN: Final = timedelta(hours=1)
"""Redis is asked so often to let go of a log that differed from the archived one."""
OPEN: Final = "open"


class Position(NamedTuple):
    """Where a pass over the runs to archive stands: in order of their end."""

    ended_at: datetime
    pk: str


@dataclass(slots=True)
class Archived:
    """What came of a batch: how many runs were looked at and archived, and where the pass stands (None: at its end)."""

    seen: int = 0
    runs: int = 0
    bytes: int = 0
    position: Position | None = None


@dataclass(slots=True)
class _Due:
    row: Run
    meta: Meta
    weight: int = 0


@dataclass(slots=True)
class _Group:
    due: list[_Due] = field(default_factory=list)
    weight: int = 0


def archive_batch(client: SyncClient, cutoff: datetime, after: Position | None = None) -> Archived:
    """Archive the next runs that ended before ``cutoff``; what cannot be archived is logged and left for the next pass.

    Raises ``StreamsUnavailableError`` and database errors; what was done until then stays done.
    """
    rows = _next_rows(cutoff, after)
    if not rows:
        return Archived()
    last = rows[-1]
    assert last.ended_at is not None
    result = Archived(seen=len(rows), position=Position(last.ended_at, last.pk) if len(rows) == BATCH else None)
    for group in _groups(client, _due(client, rows, cutoff)):
        logs = _read(client, group)
        _keep(client, logs)
        result.runs += len(logs)
        result.bytes += sum(part.size for log in logs for part in log.parts)
    return result


def archive_runs(client: SyncClient, run_ids: Sequence[str]) -> None:
    """Archive these ended runs now, however young; those that are archived already, or open, are left as they are."""
    rows = [*Run.objects.filter(pk__in=run_ids, archived=False, ended_at__isnull=False).only("pk", "ended_at")]
    metas = read_metas(client, [row.pk for row in rows])
    due = [_Due(row, meta) for row, meta in zip(rows, metas, strict=True) if meta is not None and meta.status != OPEN]
    for group in _groups(client, due):
        _keep(client, _read(client, group))
    finish(client, run_ids)


def finish(client: SyncClient, run_ids: Sequence[str] | None = None) -> int:
    """Delete from Redis what a crash has left there of archived runs; return how many were looked at."""
    due = Q(refused_at=None) | Q(refused_at__lte=timezone.now() - ASK_AGAIN)
    left = Unforgotten.objects.filter(due if run_ids is None else Q(pk__in=run_ids))
    found = [Ended(row.run_id, row.head, row.seq) for row in left[:BATCH]]
    _forget(client, found)
    return len(found)


def _next_rows(cutoff: datetime, after: Position | None) -> list[Run]:
    rows = Run.objects.filter(archived=False, ended_at__isnull=False, ended_at__lte=cutoff)
    if after is not None:
        later = Q(ended_at=after.ended_at, pk__gt=after.pk) | Q(ended_at__gt=after.ended_at)
        rows = rows.filter(later, ended_at__gte=after.ended_at)
    return [*rows.order_by("ended_at", "pk").only("pk", "ended_at")[:BATCH]]


def _due(client: SyncClient, rows: Sequence[Run], cutoff: datetime) -> list[_Due]:
    """Return the runs whose logs have ended; note those that have lost theirs."""
    metas = read_metas(client, [row.pk for row in rows])
    lost = [
        row.pk
        for row, meta in zip(rows, metas, strict=True)
        if meta is None and row.ended_at is not None and row.ended_at <= cutoff - LOST_AFTER
    ]
    if lost:
        logger.warning(
            "%d ended runs have no log in Redis (such as %s); nothing is archived of them", len(lost), lost[0]
        )
        Run.objects.filter(pk__in=lost).update(archived=True)
    return [_Due(row, meta) for row, meta in zip(rows, metas, strict=True) if meta is not None and meta.status != OPEN]


def _groups(client: SyncClient, due: Sequence[_Due]) -> Iterator[list[_Due]]:
    """Yield the runs in groups of at most ``GROUP_BYTES``; a larger one comes alone."""
    group = _Group()
    for each, weight in zip(due, retention.weigh_logs(client, [each.row.pk for each in due]), strict=True):
        each.weight = weight
        if group.due and group.weight + weight > GROUP_BYTES:
            yield group.due
            group = _Group()
        group.due.append(each)
        group.weight += weight
    if group.due:
        yield group.due


def _read(client: SyncClient, group: Sequence[_Due]) -> list[EndedLog]:
    small = [each for each in group if each.meta.seq <= GROUP_ENTRIES and each.weight <= GROUP_BYTES]
    read = retention.read_logs(client, [each.row.pk for each in small], GROUP_ENTRIES)
    entries = {each.row.pk: found for each, found in zip(small, read, strict=True)}
    logs = []
    for each in group:
        run_id = each.row.pk
        pages = [entries[run_id]] if run_id in entries else _pages(client, run_id)
        try:
            logs.append(ended_log(run_id, pages, each.meta))
        except (LogBrokenError, msgspec.MsgspecError) as error:
            logger.error("run %s stays in Redis, its log is not archived: %s", run_id, error)
    return logs


def _pages(client: SyncClient, run_id: str) -> Iterator[list[Entry]]:
    after = 0
    while page := read_log(client, run_id, after, PAGE):
        yield page
        after = page[-1].seq


def _keep(client: SyncClient, logs: Sequence[EndedLog]) -> None:
    if not logs:
        return
    mentioned = {log.run_id: log.digests | nested(log.json_digests) for log in logs}
    with transaction.atomic():
        ids = [log.run_id for log in logs]
        # Locked, so that nobody deletes one meanwhile; what somebody else has archived already is left alone.
        still = {*Run.objects.select_for_update().filter(pk__in=ids, archived=False).values_list("pk", flat=True)}
        kept = [log for log in logs if log.run_id in still]
        RunArchive.objects.bulk_create([part for log in kept for part in log.parts], batch_size=200)
        Unforgotten.objects.bulk_create(
            [Unforgotten(log.run_id, log.head, log.seq) for log in kept], ignore_conflicts=True
        )
        Mention.objects.bulk_create(
            [Mention(run_id=log.run_id, digest=digest) for log in kept for digest in sorted(mentioned[log.run_id])],
            ignore_conflicts=True,
        )
        Run.objects.filter(pk__in=still).update(archived=True)
    _forget(client, [Ended(log.run_id, log.head, log.seq) for log in kept])
    now = now_ms()
    graces = [(log, min(CALL_GRACE_S, max(0, CALL_GRACE_S - (now - log.ended_ms) // 1000))) for log in kept]
    retention.let_calls_expire(client, [(call, grace) for log, grace in graces for call in log.recorded_calls])


def _forget(client: SyncClient, logs: Sequence[Ended]) -> None:
    if not logs:
        return
    answers = [*zip(logs, retention.forget_ended(client, logs), strict=True)]
    refused = [log.run_id for log, gone in answers if not gone]
    for run_id in refused:
        logger.error("run %s is archived, but Redis has another log of it, which stays there", run_id)
    Unforgotten.objects.filter(pk__in=[log.run_id for log, gone in answers if gone]).delete()
    if refused:
        Unforgotten.objects.filter(pk__in=refused).update(refused_at=timezone.now())
