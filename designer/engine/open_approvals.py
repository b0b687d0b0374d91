"""What people are waited for, as SQL lists it over all runs; a projection like the rows of runs."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from designer.domain.fold import Fold, approval_of
from designer.engine.nulls import without_nulls
from designer.models import OpenApproval, Run

MOST: Final = 200
"""Approvals of one run that are listed: a map may ask thousands of times."""


LONGEST: Final = 1000
"""Characters of a step's name, at most: deeper nesting than the ten levels that are allowed does not fit."""


class ApprovalRow(msgspec.Struct, frozen=True):
    """An open approval; times are ms, ``due`` 0 when it may wait for ever."""

    step: str
    message: str
    approvers: tuple[str, ...]
    groups: tuple[str, ...]
    needed: int
    given: tuple[str, ...]
    schema: dict[str, Any]
    since: int
    due: int


def open_approvals(run: Fold) -> tuple[ApprovalRow, ...]:
    """Return the approvals a run waits for."""
    if not run.suspended or run.outcome is not None:
        return ()
    found: list[ApprovalRow] = []
    for step, state in run.suspended.items():
        question = approval_of(state)
        if question is None or len(found) >= MOST or len(step) > LONGEST:
            continue
        asked = question.request
        given = tuple(answer.by for answer in question.given)
        row = ApprovalRow(
            step,
            asked.message,
            asked.approvers,
            asked.groups,
            asked.needed,
            given,
            asked.schema,
            state.since,
            asked.due,
        )
        found.append(row)
    return tuple(found)


def write_approvals(runs: Sequence[tuple[str, int, tuple[ApprovalRow, ...]]]) -> None:
    """Let SQL list exactly these approvals of these runs (id, cursor, approvals), where their rows are at that cursor.

    Call it in the transaction that wrote the rows; for runs without any, then as before, it is one small query.
    """
    ids = [run_id for run_id, _, _ in runs]
    listed = set(OpenApproval.objects.filter(run_id__in=ids).values_list("run_id", flat=True))
    concerned = {run_id: (cursor, rows) for run_id, cursor, rows in runs if rows or run_id in listed}
    if not concerned:
        return
    cursors = dict(Run.objects.filter(pk__in=concerned).values_list("pk", "cursor"))
    current = {run_id: rows for run_id, (cursor, rows) in concerned.items() if cursors.get(run_id) == cursor}
    kept = _update(current)
    new = [_model(run_id, row) for run_id, rows in current.items() for row in rows if (run_id, row.step) not in kept]
    OpenApproval.objects.bulk_create(new)


def _update(current: dict[str, tuple[ApprovalRow, ...]]) -> set[tuple[str, str]]:
    """Remove what is not open any more, note who has approved since; return the (run, step) that are listed still."""
    wanted = {(run_id, row.step): row for run_id, rows in current.items() for row in rows}
    kept: set[tuple[str, str]] = set()
    gone: list[int] = []
    for listed in OpenApproval.objects.filter(run_id__in=current):
        row = wanted.get((listed.run_id, listed.step))
        if row is None or _model(listed.run_id, row).since != listed.since:
            gone.append(listed.pk)
            continue
        kept.add((listed.run_id, listed.step))
        if list(row.given) != listed.given:
            OpenApproval.objects.filter(pk=listed.pk).update(given=list(row.given))
    OpenApproval.objects.filter(pk__in=gone).delete()
    return kept


def _model(run_id: str, row: ApprovalRow) -> OpenApproval:
    return OpenApproval(
        run_id=run_id,
        step=row.step,
        message=without_nulls(row.message),
        approvers=without_nulls(list(row.approvers)),
        groups=without_nulls(list(row.groups)),
        needed=row.needed,
        given=list(row.given),
        schema=without_nulls(row.schema),
        since=datetime.fromtimestamp(row.since / 1000, UTC),
        due=datetime.fromtimestamp(row.due / 1000, UTC) if row.due else None,
    )
