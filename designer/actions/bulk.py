"""One action on many runs: counted before, the runs fixed when it is asked for, carried out in the background."""

from collections.abc import Mapping
from typing import Any, Final

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet

from agentcluster.errors import ForbiddenError
from agentcluster.security.permissions import LEAST_ROLE, Action, allows, roles_of
from designer.actions import audit
from designer.actions.run_errors import CountChangedError, NothingMatchesError, TooManyRunsError
from designer.models import BulkOperation, BulkPage, Run

MAX_RUNS: Final = 100_000
PAGE: Final = 100
SAMPLE: Final = 10
RIGHTS: Final = {
    "cancel": Action.CANCEL,
    "terminate": Action.CANCEL,
    "pause": Action.CANCEL,
    "resume": Action.CANCEL,
    "retry": Action.RUN,
    "replay": Action.RUN,
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


def begin_bulk(
    user: User,
    action: str,
    rows: QuerySet[Run],
    *,
    filter: Mapping[str, Any],
    options: Mapping[str, Any],
    reason: str = "",
    expected_count: int | None = None,
) -> BulkOperation:
    """Fix the runs that ``rows`` gives now and accept the operation; runs made or changed later are not touched.

    ``filter`` (JSON) says how they were found, ``options`` is what the action takes besides the reason. The caller
    tells the jobs queue once this is committed (``designer.tasks``).

    Raises:
        ForbiddenError: the user may not do this in any project.
        NothingMatchesError, TooManyRunsError: there are no runs, or too many.
        CountChangedError: there are more than ``expected_count``.
    """
    with transaction.atomic():
        run_ids = list(within_rights(user, action, rows).order_by("pk").values_list("pk", flat=True)[: MAX_RUNS + 1])
        _check_count(len(run_ids), expected_count)
        operation = BulkOperation.objects.create(
            action=action,
            filter=dict(filter),
            options=dict(options),
            reason=reason,
            total=len(run_ids),
            created_by=user,
        )
        pages = [run_ids[start : start + PAGE] for start in range(0, len(run_ids), PAGE)]
        BulkPage.objects.bulk_create(
            BulkPage(operation=operation, number=number, run_ids=page) for number, page in enumerate(pages)
        )
        data = {"filter": dict(filter), "count": len(run_ids), "reason": reason, **options}
        audit.record(user, f"run.bulk_{action}", None, operation.pk, f"{len(run_ids)} runs", **data)
    return operation


def _check_count(count: int, expected: int | None) -> None:
    if expected is not None and count > expected:
        message = f"{count:,} runs match now, {expected:,} were expected; look at them again."
        raise CountChangedError(message, count=count, expected_count=expected)
    if count > MAX_RUNS:
        raise TooManyRunsError(f"More than {MAX_RUNS:,} runs match; narrow the filter.", limit=MAX_RUNS)
    if not count:
        raise NothingMatchesError
