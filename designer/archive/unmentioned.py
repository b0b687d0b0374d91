"""Deletes files of the artifact store that deleted runs mentioned, once nothing mentions them and their grace is over."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from itertools import chain
from typing import Any, Final

import msgspec
from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from agentcluster import artifacts
from agentcluster.streams import retention
from agentcluster.streams.blocking import iterate_log
from agentcluster.streams.connections import SyncClient
from designer.archive.files import nested
from designer.archive.log import DIGEST
from designer.archive.models import LooseArtifact, Mention
from designer.models import Run, Upload, Workflow, WorkflowVersion

logger = logging.getLogger(__name__)

BATCH: Final = 500
PAGE: Final = 200


def remove_unmentioned(client: SyncClient) -> int:
    """Delete the files whose time of grace is over and that nothing mentions; return how many.

    Those that are mentioned are forgotten here: they come again when the last run that mentions them is deleted.
    """
    over = timezone.now() - timedelta(seconds=settings.ARTIFACT_GRACE_S)
    removed = 0
    while loose := [*LooseArtifact.objects.filter(since__lte=over).values_list("pk", flat=True)[:BATCH]]:
        asked = frozenset(loose)
        for digest in sorted(asked - _mentioned(client, asked)):
            removed += artifacts.remove(digest, unused_since=over)
        LooseArtifact.objects.filter(pk__in=loose).delete()
    if removed:
        logger.info("%d files that nothing mentions any more were deleted", removed)
    return removed


def _mentioned(client: SyncClient, asked: frozenset[str]) -> set[str]:
    found = {*Upload.objects.filter(digest__in=asked).values_list("digest", flat=True)}
    for data in chain(_documents(), retention.kept_values(client), _unarchived(client)):
        if b"sha256:" in data:
            mentioned = {digest.decode() for digest in DIGEST.findall(data)}
            found |= asked & (mentioned | (nested(mentioned) if b"application/json" in data else set()))
    # Last: a run that was archived meanwhile has its mentions here by now.
    return found | {*Mention.objects.filter(digest__in=asked).values_list("digest", flat=True)}


def _documents() -> Iterator[bytes]:
    """Yield what workflows are made of."""
    columns: list[tuple[QuerySet[Any], str]] = [
        (Workflow.objects.all(), "draft"),
        (WorkflowVersion.objects.all(), "graph"),
    ]
    for rows, column in columns:
        for document in rows.values_list(column, flat=True).iterator(PAGE):
            yield msgspec.json.encode(document)


def _unarchived(client: SyncClient) -> Iterator[bytes]:
    """Yield inputs and logs of the runs that are not in the archive (and so not among the mentions)."""
    last = ""
    rows = Run.objects.filter(archived=False).order_by("pk").only("pk", "input")
    while page := [*rows.filter(pk__gt=last)[:PAGE]]:
        last = page[-1].pk
        weights = retention.weigh_logs(client, [run.pk for run in page])
        for run, weight in zip(page, weights, strict=True):
            yield msgspec.json.encode(run.input)
            if weight:
                yield from (entry.data for entry in iterate_log(client, run.pk))
