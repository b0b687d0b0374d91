"""Which runs no policy keeps any longer."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.db.models.fields.json import KeyTextTransform
from django.db.models.lookups import Exact

from agentcluster.ids import first_id_of
from designer.archive.models import RetentionPolicy
from designer.archive.policies import Policy, deciding, expired, shortest_days
from designer.models import OPEN_STATUSES, Run, RunStatus

PAGE: Final = 300
_PLAIN: Final = re.compile(r"[A-Za-z_][\w.-]*", re.ASCII)
"""Names of labels that SQL finds whatever the database is; of numbers and quotes it makes something else."""
_COLUMNS: Final = ("pk", "project_id", "status", "labels")
TERMINAL: Final = frozenset(RunStatus) - frozenset(OPEN_STATUSES)


def policies() -> list[Policy]:
    """Return the policies that are enabled."""
    return [policy_of(row) for row in RetentionPolicy.objects.filter(enabled=True)]


def policy_of(row: RetentionPolicy) -> Policy:
    """Return a row as a value."""
    statuses = frozenset(row.statuses)
    return Policy(row.pk or 0, row.project_id, statuses, row.labels, row.keep_days, row.keep_newest)


class Expiry:
    """Goes through the runs that are old enough, oldest first, page by page; ``now`` stays the same for a whole pass."""

    def __init__(self, known: Sequence[Policy], now: datetime) -> None:
        """Begin with the oldest run."""
        self._policies, self._now = known, now
        self._newest: dict[tuple[int, str], str] = {}
        self._last = ""
        days = shortest_days(known)
        self._bound = "" if days is None else first_id_of(int((now - timedelta(days=days)).timestamp() * 1000))

    def pages(self) -> Iterator[list[tuple[Run, Policy]]]:
        """Yield the expired runs of each page that was looked at, with the policy that decided."""
        while page := self._page():
            self._last = page[-1].pk
            yield [(run, policy) for run in page if (policy := self._deciding(run)) is not None]

    def _page(self) -> list[Run]:
        old = Run.objects.filter(pk__gt=self._last, pk__lt=self._bound, ended_at__isnull=False, status__in=TERMINAL)
        columns = ("pk", "project_id", "workflow_id", "status", "labels", "ended_at", "archived")
        return [*old.order_by("pk").only(*columns)[:PAGE]]

    def _deciding(self, run: Run) -> Policy | None:
        """Return the policy that lets the run go; None when it is kept."""
        policy = deciding(self._policies, run.project_id, run.status, run.labels)
        if policy is None or run.ended_at is None or not expired(policy, run.ended_at, self._now):
            return None
        if policy.keep_newest and run.pk >= self._oldest_kept(policy, run.workflow_id):
            return None
        return policy

    def _oldest_kept(self, policy: Policy, workflow_id: str) -> str:
        """Return the id of the last of the workflow's newest runs that the policy keeps in any case; empty: all.

        Counted are the runs that the policy decides about: one with other labels, or of another policy, is not kept by it.
        """
        key = (policy.pk, workflow_id)
        if key not in self._newest:
            found = _ended(policy, workflow_id)
            mine = (pk for pk, at, ended, labels in found if deciding(self._policies, at, ended, labels) == policy)
            self._newest[key] = next(islice(mine, policy.keep_newest - 1, None), "")
        return self._newest[key]


def _ended(policy: Policy, workflow_id: str) -> Iterator[tuple[str, int, str, dict[str, str]]]:
    """Yield id, project, status and labels of the workflow's ended runs that the policy may be about, newest first."""
    rows = Run.objects.filter(workflow_id=workflow_id, status__in=policy.statuses or TERMINAL)
    for name, value in policy.labels.items():
        if _PLAIN.fullmatch(name):
            rows = rows.filter(Exact(KeyTextTransform(name, "labels"), value))
    last = ""
    while page := [*(rows.filter(pk__lt=last) if last else rows).order_by("-pk").values_list(*_COLUMNS)[:PAGE]]:
        yield from page
        last = page[-1][0]
