"""What SQL shows of a run, computed from its state. The log is the truth; rows can always be made again."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from designer.domain import events as ev
from designer.domain.plan import Plan
from designer.domain.run import Run
from designer.engine.nulls import without_nulls
from designer.engine.open_approvals import ApprovalRow, open_approvals
from designer.models import RunStatus

OUTCOMES: Final = {
    ev.RunCompleted: RunStatus.COMPLETED,
    ev.RunFailed: RunStatus.FAILED,
    ev.RunCancelled: RunStatus.CANCELLED,
    ev.RunTerminated: RunStatus.TERMINATED,
    ev.RunContinued: RunStatus.CONTINUED,
}


MAX_REASON: Final = 300


class RunRow(msgspec.Struct, frozen=True):
    """The projected columns of a run; ``cursor`` is the sequence number they are true at, times are ms."""

    run_id: str
    cursor: int
    status: RunStatus
    steps_done: int
    steps_total: int
    started_ms: int
    ended_ms: int = 0
    output: Any = None
    error: dict[str, Any] | None = None
    approvals: tuple[ApprovalRow, ...] = ()
    reason: str = ""
    """Why the run stands still, when it does: the first of its reasons."""

    @property
    def terminal(self) -> bool:
        """Whether the run has ended."""
        return self.ended_ms > 0


def row_of(run: Run, run_id: str, cursor: int, started_ms: int, at: int) -> RunRow:
    """Return the row of a run whose last event (number ``cursor``) was made at ``at`` (ms)."""
    outcome = run.outcome
    if outcome is None:
        steps, waits_for = (run.steps_done, run.steps_total), open_approvals(run)
        status = RunStatus(run.status)
        reason = "" if status is RunStatus.RUNNING and not run.stands_still else _reason(run, at)
        return RunRow(run_id, cursor, status, *steps, started_ms, approvals=waits_for, reason=reason)
    return ended_row(outcome, run_id, cursor, (run.steps_done, run.steps_total), (started_ms, at))


def ended_row(outcome: ev.Event, run_id: str, cursor: int, steps: tuple[int, int], times: tuple[int, int]) -> RunRow:
    """Return the row of a run that ended with ``outcome``; ``steps`` are done and total, ``times`` start and end."""
    output = outcome.output if isinstance(outcome, ev.RunCompleted) else None
    error = None
    if isinstance(outcome, ev.RunFailed):
        error = {"code": outcome.error.code, "message": outcome.error.message, "step": outcome.step}
    kept = (without_nulls(output), without_nulls(error))
    return RunRow(run_id, cursor, OUTCOMES[type(outcome)], *steps, *times, *kept)


def _reason(run: Run, at: int) -> str:
    """Return the first reason, and how many there are beside it; only asked for while nothing goes on."""
    reasons = run.reasons(at)
    if not reasons:
        return ""
    first, others = reasons[0].message.replace("\0", "\ufffd"), len(reasons) - 1
    more = f", and {others} more." if others else ""
    return (first.removesuffix(".") if others else first)[: MAX_REASON - len(more)] + more


def replayed_row(plan: Plan | None, records: Iterable[ev.Record]) -> RunRow | None:
    """Return the row that a log gives, None for an empty one; ``plan`` None: the version cannot be compiled any more."""
    run = Run(plan) if plan is not None else None
    first: ev.Record | None = None
    last: ev.Record | None = None
    for record in records:
        first, last = first or record, record
        if run is not None:
            run.apply(record.event, record.at)
    if first is None or last is None or not isinstance(first.event, ev.RunStarted):
        return None
    if run is not None:
        return row_of(run, first.event.run_id, last.seq, first.at, last.at)
    if isinstance(last.event, ev.TERMINAL):
        return ended_row(last.event, first.event.run_id, last.seq, (0, 0), (first.at, last.at))
    return RunRow(first.event.run_id, last.seq, RunStatus.RUNNING, 0, 0, first.at)


def moment(ms: int) -> datetime | None:
    """Return the time in UTC, None for 0."""
    return datetime.fromtimestamp(ms / 1000, UTC) if ms else None
