"""Which runs no policy keeps any longer."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from agentcluster.ids import first_id_of
from designer.archive.models import RetentionPolicy
from designer.archive.policies import Policy, deciding, expired, shortest_days
from designer.models import OPEN_STATUSES, Run, RunStatus

PAGE: Final = 300
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
        """Return the id of the last of the workflow's newest runs that the policy keeps in any case; empty: all."""
        key = (policy.pk, workflow_id)
        if key not in self._newest:
            ended = Run.objects.filter(workflow_id=workflow_id, status__in=policy.statuses or TERMINAL)
            place = policy.keep_newest - 1
            self._newest[key] = next(iter(ended.order_by("-pk").values_list("pk", flat=True)[place : place + 1]), "")
        return self._newest[key]
