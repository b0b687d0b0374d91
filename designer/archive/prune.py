"""Deletes runs for good: their rows and archived logs, and notes the files that may go with them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from django.db import transaction
from django.utils import timezone

from agentcluster.security.models import Project
from agentcluster.streams import retention
from agentcluster.streams.connections import SyncClient
from designer.actions import audit
from designer.archive.archiver import archive_runs
from designer.archive.expiry import Expiry, policies
from designer.archive.models import LooseArtifact, Mention, Unforgotten
from designer.archive.policies import Policy
from designer.models import Run


def delete_runs(client: SyncClient, run_ids: Sequence[str], record: Callable[[], None]) -> int:
    """Delete ended runs; return how many. Errors as of ``archive_batch``; asking again finishes what was begun.

    ``record`` writes the audit entry, in the transaction that deletes the rows.
    Redis lets go of them before SQL does, so nothing is left there that nobody knows of.
    """
    archive_runs(client, run_ids)
    with transaction.atomic():
        ended = Run.objects.select_for_update().filter(pk__in=run_ids, ended_at__isnull=False)
        gone = [*ended.values_list("pk", flat=True)]
        let_files_go(gone)
        unarchived = [*ended.filter(archived=False).values_list("pk", flat=True)]
        unforgotten = Unforgotten.objects.filter(pk__in=gone)
        refused = [*unforgotten.exclude(refused_at=None).values_list("pk", flat=True)]
        unforgotten.delete()
        Run.objects.filter(pk__in=gone).delete()
        if gone:
            record()
    # Logs that are damaged, or others than were archived: nobody can read them from here on.
    retention.forget_any_ended(client, [*unarchived, *refused])
    return len(gone)


def let_files_go(run_ids: Sequence[str]) -> None:
    """Note the files these runs mention, which are about to be deleted: each goes when nothing else mentions it."""
    digests = Mention.objects.filter(run_id__in=run_ids).values_list("digest", flat=True).distinct()
    LooseArtifact.objects.bulk_create([LooseArtifact(digest=each) for each in digests], ignore_conflicts=True)


class Pruning:
    """A pass over all runs by the policies, a page at a time."""

    def __init__(self, client: SyncClient) -> None:
        """Nothing is begun yet."""
        self._client = client
        self._pages: Iterator[list[tuple[Run, Policy]]] | None = None

    @property
    def open(self) -> bool:
        """Whether a pass is under way."""
        return self._pages is not None

    def step(self) -> bool:
        """Delete the expired runs of the next page; return whether the pass goes on."""
        if self._pages is None:
            self._pages = Expiry(policies(), timezone.now()).pages()
        page = next(self._pages, None)
        if page is None:
            self._pages = None
            return False
        if page:
            delete_runs(self._client, [run.pk for run, _ in page], lambda: _tell(page))
        return True


def _tell(page: Sequence[tuple[Run, Policy]]) -> None:
    gone = Counter((run.project_id, policy.pk) for run, policy in page)
    projects = Project.objects.in_bulk({project for project, _ in gone})
    for (project, policy), runs in gone.items():
        audit.record(None, "run.prune", projects.get(project), str(policy), f"{runs} runs", runs=runs)
