"""Which policy decides about a run, and whether it lets the run go. Pure: rows in, an answer out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

FOR_EVER = float("inf")


@dataclass(frozen=True, slots=True)
class Policy:
    """A retention policy; ``project`` None is global, ``keep_days`` None is for ever."""

    pk: int
    project: int | None
    statuses: frozenset[str]
    labels: Mapping[str, str]
    keep_days: int | None
    keep_newest: int

    @property
    def days(self) -> float:
        """How long it keeps."""
        return FOR_EVER if self.keep_days is None else self.keep_days

    def matches(self, project: int, status: str, labels: Mapping[str, str]) -> bool:
        """Say whether it is about such a run."""
        return (
            self.project in (None, project)
            and (not self.statuses or status in self.statuses)
            and all(labels.get(name) == value for name, value in self.labels.items())
        )


def deciding(policies: Sequence[Policy], project: int, status: str, labels: Mapping[str, str]) -> Policy | None:
    """Return the policy that decides: the project's own before global ones, then the one that keeps longest."""
    matching = [policy for policy in policies if policy.matches(project, status, labels)]
    own = [policy for policy in matching if policy.project is not None]
    return max(own or matching, key=lambda policy: (policy.days, policy.keep_newest, -policy.pk), default=None)


def expired(policy: Policy, ended_at: datetime, now: datetime) -> bool:
    """Say whether the policy keeps a run that ended then no longer."""
    return policy.keep_days is not None and ended_at < now - timedelta(days=policy.keep_days)


def shortest_days(policies: Sequence[Policy]) -> int | None:
    """Return the age in days below which no run can go; None when none ever goes."""
    return min((policy.keep_days for policy in policies if policy.keep_days is not None), default=None)
