"""How full Redis is, what stands in it, and how far the archive is."""

from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Sum
from django.db.models.functions import Length
from django.utils import timezone

from agentcluster.streams import figures
from agentcluster.streams.connections import SyncClient
from designer.archive.models import RunArchive, Unforgotten
from designer.models import OPEN_STATUSES, Run, RunStatus

BACKLOG: Final = 20_000
"""So many runs that wait to be archived are worth a warning."""
SIZES_S: Final = 60
STANDING: Final = (RunStatus.QUEUED, RunStatus.WAITING, RunStatus.PAUSED)


def storage(client: SyncClient) -> dict[str, Any]:
    """Return the figures of ``GET /system/storage``. Raises ``StreamsUnavailableError``."""
    redis = figures.memory(client)
    counts = figures.counts(client)
    runs = _runs()
    backlog = runs.pop("to_archive")
    refused = Unforgotten.objects.exclude(refused_at=None)
    kept = refused.count()
    example = refused.values_list("pk", flat=True).first() or ""
    return {
        "redis": {"used_bytes": redis.used, "max_bytes": redis.most, "share": redis.share, "keys": counts.keys},
        "runs": {**runs, "parked": counts.parked},
        "streams": {
            "ready": counts.ready,
            "jobs": counts.jobs,
            "tasks": counts.tasks,
            "dead_letters": counts.dead_letters,
            **_run_streams(client),
        },
        "archive": {"backlog": backlog, "refused": kept, "runs_per_minute": counts.archived_lately, **_archive()},
        "warnings": [*_warnings(redis, backlog), *_refused(kept, example)],
    }


def _runs() -> dict[str, int]:
    by_status = Run.objects.filter(status__in=OPEN_STATUSES).order_by().values_list("status").annotate(Count("pk"))
    live = dict(by_status)
    ended = Run.objects.filter(archived=False, ended_at__isnull=False)
    cutoff = timezone.now() - timedelta(seconds=settings.ARCHIVE_AFTER_S)
    return {
        "live": sum(count for status, count in live.items() if status not in STANDING),
        "standing": sum(count for status, count in live.items() if status in STANDING),
        "ended_in_redis": ended.count(),
        "to_archive": ended.filter(ended_at__lte=cutoff).count(),
    }


def _archive() -> dict[str, int]:
    """Return the archive's size; adding up takes a moment, so a minute-old answer will do."""
    kept: dict[str, int] | None = cache.get("archive:sizes")
    if kept is None:
        sums = RunArchive.objects.aggregate(Count("run_id", distinct=True), Sum("size"), packed=Sum(Length("blob")))
        kept = {
            "runs": sums["run_id__count"],
            "bytes": sums["packed"] or 0,
            "original_bytes": sums["size__sum"] or 0,
        }
        cache.set("archive:sizes", kept, SIZES_S)
    return kept


def _run_streams(client: SyncClient) -> dict[str, int]:
    """Return how many logs and inboxes of runs Redis holds, counted there; a minute-old answer will do."""
    found: dict[str, int] | None = cache.get("archive:streams")
    if found is None:
        found = figures.run_streams(client)._asdict()
        cache.set("archive:streams", found, SIZES_S)
    return found


def _refused(kept: int, example: str) -> list[dict[str, str]]:
    if not kept:
        return []
    runs = "run" if kept == 1 else "runs"
    message = (
        f"Of {kept:,} archived {runs} Redis has another log than was archived, and keeps it, such as of {example}. "
        "Deleting such a run removes both."
    )
    return [{"code": "log_kept", "message": message}]


def _warnings(redis: figures.Memory, backlog: int) -> list[dict[str, str]]:
    found = []
    if redis.share is not None and redis.share >= figures.WARN_SHARE:
        percent = f"{redis.share:.0%}"
        message = f"Redis uses {percent} of its memory. When it is full, runs stand still until there is room again."
        found.append({"code": "redis_memory", "message": message})
    if backlog >= BACKLOG:
        message = f"{backlog:,} ended runs wait to be archived. Check that a jobs worker is running."
        found.append({"code": "archive_backlog", "message": message})
    return found
