"""One action on many runs: counted before, the runs fixed when it is asked for, carried out in the background."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from agentcluster.errors import ForbiddenError
from agentcluster.security.permissions import LEAST_ROLE, Action, allows, roles_of
from designer.actions import audit
from designer.actions.bulk_acts import SENDS_ONCE
from designer.actions.bulk_choice import taking
from designer.actions.errors import IdempotencyKeyReusedError
from designer.actions.inline_data import require_small
from designer.actions.new_runs import checked_key, digest_of
from designer.actions.run_errors import CountChangedError, NothingMatchesError, TooManyRunsError
from designer.models import BulkOperation, BulkPage, Run

MAX_RUNS: Final = 100_000
PAGE: Final = 100
SHORT_PAGE: Final = 10
SAMPLE: Final = 10
_DATA: Final = frozenset({"data", "input", "outputs"})
"""Options that hold data of any kind: small enough for an event, and nothing for the audit trail."""
RIGHTS: Final = {
    "cancel": Action.CANCEL,
    "terminate": Action.CANCEL,
    "pause": Action.CANCEL,
    "resume": Action.CANCEL,
    "retry": Action.RUN,
    "replay": Action.RUN,
    "fork": Action.RUN,
    "continue": Action.RUN,
    "signal": Action.RUN,
    "approve": Action.VIEW,
    "reject": Action.VIEW,
    "delete": Action.DELETE,
}


def within_rights(user: User, action: str, rows: QuerySet[Run]) -> QuerySet[Run]:
    """Narrow rows to projects in which the user may do the action; ``ForbiddenError`` when there is no such project."""
    right = RIGHTS[action]
    projects = [project for project, role in roles_of(user).items() if allows(role, right)]
    if not projects:
        needed = LEAST_ROLE[right].value
        raise ForbiddenError(f"This needs the role {needed} in a project; you have it in none.", required_role=needed)
    return rows.filter(project__in=projects)


@dataclass(frozen=True)
class Wanted:
    """What is to be done: ``filter`` (JSON) says how the runs are found, ``options`` is what the action takes."""

    action: str
    filter: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""

    @property
    def digest(self) -> str:
        """By what a repeated request is known."""
        return digest_of("bulk", self.action, dict(self.filter), dict(self.options), self.reason)


def choice(user: User, wanted: Wanted, rows: QuerySet[Run]) -> QuerySet[Run]:
    """Narrow rows to those the user may do it to and that could take it; ``ForbiddenError`` without the right anywhere."""
    return taking(wanted.action, within_rights(user, wanted.action, rows), wanted.options)


def begin_bulk(
    user: User,
    wanted: Wanted,
    rows: QuerySet[Run],
    *,
    expected_count: int | None = None,
    idempotency_key: str = "",
) -> tuple[BulkOperation, bool]:
    """Fix the runs that ``rows`` gives now and accept the operation; runs made or changed later are not touched.

    True when it is a new one, False for the one that the same request with the same key has made before. Runs that could
    only refuse are left out. The caller tells the jobs queue once this is committed (``designer.tasks``).

    Raises:
        ForbiddenError: the user may not do this in any project.
        NothingMatchesError, TooManyRunsError: there are no runs, or too many.
        CountChangedError: there are more than ``expected_count``.
        IdempotencyKeyReusedError: the key stands for another request.
        TooLargeError: the data that goes along is larger than an event may be.
    """
    if (first := _earlier(user, idempotency_key, wanted)) is not None:
        return first, False
    for name in _DATA & wanted.options.keys():
        require_small(wanted.options[name], f"/{name}")
    try:
        with transaction.atomic():
            return _begun(user, wanted, rows, expected_count, idempotency_key), True
    except IntegrityError:
        # Only the same key, in the same moment, can be in the way.
        other = _earlier(user, idempotency_key, wanted)
        if other is None:
            raise
        return other, False


def _earlier(user: User, key: str, wanted: Wanted) -> BulkOperation | None:
    if not checked_key(key):
        return None
    first = BulkOperation.objects.select_related("created_by").filter(created_by=user, idempotency_key=key).first()
    if first is not None and first.request_digest != wanted.digest:
        raise IdempotencyKeyReusedError(operation=first.pk)
    return first


def _begun(user: User, wanted: Wanted, rows: QuerySet[Run], expected_count: int | None, key: str) -> BulkOperation:
    run_ids = list(choice(user, wanted, rows).order_by("pk").values_list("pk", flat=True)[: MAX_RUNS + 1])
    _check_count(len(run_ids), expected_count)
    operation = BulkOperation.objects.create(
        action=wanted.action,
        filter=dict(wanted.filter),
        options=dict(wanted.options),
        reason=wanted.reason,
        total=len(run_ids),
        created_by=user,
        idempotency_key=key or None,
        request_digest=wanted.digest,
    )
    size = SHORT_PAGE if wanted.action in SENDS_ONCE else PAGE
    pages = [run_ids[start : start + size] for start in range(0, len(run_ids), size)]
    BulkPage.objects.bulk_create(
        BulkPage(operation=operation, number=number, run_ids=page) for number, page in enumerate(pages)
    )
    told = {name: value for name, value in wanted.options.items() if name not in _DATA}
    data = {"filter": dict(wanted.filter), "count": len(run_ids), "reason": wanted.reason, **told}
    audit.record(user, f"run.bulk_{wanted.action}", None, operation.pk, f"{len(run_ids)} runs", **data)
    return operation


def _check_count(count: int, expected: int | None) -> None:
    if expected is not None and count > expected:
        message = f"{count:,} runs match now, {expected:,} were expected; look at them again."
        raise CountChangedError(message, count=count, expected_count=expected)
    if count > MAX_RUNS:
        raise TooManyRunsError(f"More than {MAX_RUNS:,} runs match; narrow the filter.", limit=MAX_RUNS)
    if not count:
        raise NothingMatchesError
