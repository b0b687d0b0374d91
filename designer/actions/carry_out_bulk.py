"""Carries out a bulk operation page by page, so that whoever is killed leaves at most one page to do again.

A page done twice does no harm: a run follows a command once in effect, and new runs are made by a key of their own.
New runs count for the rate limits as others do, of whoever asked for them and of their workflow: an operation that comes
to the end of its tokens keeps what it has done and leaves the rest for when there are more.
Nobody else works on an operation while its worker goes on; after ``LEASE`` without a sign of that anybody may take it over.
"""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any, Final, NamedTuple

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from agentcluster.clock import monotonic
from agentcluster.errors import AgentClusterError, UnavailableError
from agentcluster.ids import new_id
from agentcluster.security.permissions import allows, roles_of
from agents.policies.errors import RateLimitedError
from agents.policies.limits import check_start
from designer.actions.bulk import RIGHTS
from designer.actions.bulk_acts import MAKES_RUNS, act
from designer.actions.run_errors import AlreadyPausedError, NotPausedError
from designer.domain import commands
from designer.engine.inbox import send_all
from designer.models import OPEN_STATUSES, AuditEntry, BulkOperation, BulkPage, Run, RunStatus

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(seconds=12)
TOUCH_S: Final = 3.0
"""How often somebody who takes long for a page says that the work goes on."""
FINISHED: Final = "run_finished"
_COMMANDS: Final[dict[str, Callable[[str, str], commands.Command]]] = {
    "cancel": commands.Cancel,
    "terminate": commands.Terminate,
    "pause": commands.Pause,
    "resume": commands.Resume,
}
Tally = Counter[str]
"""How often what came of it: the empty text stands for done, others are error codes."""


class _Came(NamedTuple):
    """What came of a page: ``left`` are the runs not looked at, since new ones would come too fast (``slowed``)."""

    tally: Tally
    left: Sequence[str] = ()
    slowed: RateLimitedError | None = None


def unfinished() -> list[str]:
    """Return the ids of operations that nobody has worked on for a while."""
    rows = BulkOperation.objects.filter(ended_at=None, touched_at__lt=timezone.now() - LEASE)
    return list(rows.values_list("pk", flat=True))


def carry_out(operation_id: str) -> bool:
    """Do all pages that are left; False when somebody else is at it, or it is done.

    Raises ``StreamsUnavailableError`` when Redis goes away, ``RateLimitedError`` when new runs would come too fast: what
    is left stays to be done.
    """
    worker = new_id()
    idle = Q(worker="") | Q(touched_at__lt=timezone.now() - LEASE)
    claimed = BulkOperation.objects.filter(idle, pk=operation_id, ended_at=None)
    if not claimed.update(worker=worker, touched_at=timezone.now()):
        return False
    operation = BulkOperation.objects.select_related("created_by").get(pk=operation_id)
    for page in operation.pages.filter(done=False):
        came = _page(operation, page, worker)
        if not _finish(operation, page, came, worker):
            return False
        if came.slowed is not None:
            raise came.slowed
    BulkOperation.objects.filter(pk=operation_id, worker=worker).update(ended_at=timezone.now())
    return True


def goes_on(operation_id: str) -> bool:
    """Return whether the operation is not over."""
    return BulkOperation.objects.filter(pk=operation_id, ended_at=None).exists()


def give_up(operation_id: str) -> None:
    """Let anybody go on at once: who carried it out could not."""
    BulkOperation.objects.filter(pk=operation_id).update(worker="")


def _finish(operation: BulkOperation, page: BulkPage, came: _Came, worker: str) -> bool:
    """Note what came of a page; False when somebody else has taken the operation over meanwhile."""
    become: dict[str, Any] = {"run_ids": [*came.left]} if came.left else {"done": True}
    tally = +came.tally
    with transaction.atomic():
        mine = BulkOperation.objects.filter(pk=operation.pk, worker=worker)
        if not mine.update(touched_at=timezone.now()):
            return False
        if not BulkPage.objects.filter(pk=page.pk, done=False).update(**become):
            return True
        operation.refresh_from_db(fields=["done", "refused"])
        done = tally.pop("", 0)
        mine.update(done=operation.done + done, refused=dict(Counter(operation.refused) + tally))
    return True


def _page(operation: BulkOperation, page: BulkPage, worker: str) -> _Came:
    user = operation.created_by
    rows = Run.objects.select_related("project", "workflow", "version", "created_by").in_bulk(page.run_ids)
    tally = Tally({"not_found": len(page.run_ids) - len(rows)})
    if user is None or not user.is_active:
        return _Came(tally + Tally({"forbidden": len(rows)}))
    roles, right = roles_of(user), RIGHTS[operation.action]
    able = [run for run in rows.values() if allows(roles.get(run.project_id), right)]
    tally["forbidden"] = len(rows) - len(able)
    if operation.action in _COMMANDS:
        return _Came(tally + _tell(user, operation, able))
    one_by_one = _one_by_one(user, operation, able, worker)
    return one_by_one._replace(tally=tally + one_by_one.tally)


def _tell(user: User, operation: BulkOperation, runs: list[Run]) -> Tally:
    refusals = {run.pk: _refusal(operation.action, run) for run in runs}
    asked = [run for run in runs if not refusals[run.pk]]
    command = _COMMANDS[operation.action](user.get_username(), operation.reason)
    taken = send_all([(run.pk, command) for run in asked])
    refusals |= {run.pk: "" if told else FINISHED for run, told in zip(asked, taken, strict=True)}
    AuditEntry.objects.bulk_create(
        AuditEntry(
            user=user,
            project=run.project,
            action=f"run.{operation.action}",
            object_id=run.pk,
            title=run.workflow.title[:255],
            data={"reason": operation.reason, "bulk": operation.pk},
        )
        for run in asked
        if not refusals[run.pk]
    )
    return Tally(refusals.values())


def _refusal(action: str, run: Run) -> str:
    if run.status not in OPEN_STATUSES:
        return FINISHED
    if action == "pause" and run.status == RunStatus.PAUSED:
        return AlreadyPausedError.code
    if action == "resume" and run.status != RunStatus.PAUSED:
        return NotPausedError.code
    return ""


def _one_by_one(user: User, operation: BulkOperation, runs: list[Run], worker: str) -> _Came:
    touched, tally = monotonic(), Tally()
    made = _made(operation, runs) if operation.action in MAKES_RUNS else {run.pk for run in runs}
    for place, run in enumerate(runs):
        try:
            if run.pk not in made:
                check_start(user=user, workflow=run.workflow_id)
        except RateLimitedError as error:
            return _Came(tally, [each.pk for each in runs[place:]], error)
        tally[_act(user, operation, run)] += 1
        if monotonic() - touched >= TOUCH_S:
            touched = monotonic()
            BulkOperation.objects.filter(pk=operation.pk, worker=worker).update(touched_at=timezone.now())
    return _Came(tally)


def _made(operation: BulkOperation, runs: Sequence[Run]) -> set[str]:
    """Return the runs whose new run somebody who was killed has made already."""
    by_key = {_key(operation, run): run.pk for run in runs}
    there = Run.objects.filter(workflow__in={run.workflow_id for run in runs}, idempotency_key__in=by_key)
    return {by_key[str(key)] for key in there.values_list("idempotency_key", flat=True)}


def _key(operation: BulkOperation, run: Run) -> str:
    return f"bulk:{operation.pk}:{run.pk}"


def _act(user: User, operation: BulkOperation, run: Run) -> str:
    try:
        act(user, operation, run, _key(operation, run))
    except UnavailableError:
        raise
    except AgentClusterError as error:
        return error.code
    except Exception:
        logger.exception("bulk operation %s: run %s", operation.pk, run.pk)
        return "internal"
    return ""
