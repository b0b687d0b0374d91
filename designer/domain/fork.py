"""The beginning of a new run taken from an old one: recorded results are used again, nothing before is called again.

Taken over is every step that had ended well, and every failure that the workflow itself had dealt with (an error edge, a
default, a collecting map). Steps that were under way, waited or failed begin anew. What the run had already undone, and
all after that, is not taken over.
"""

from collections.abc import Sequence

import msgspec

from designer.domain import events as ev
from designer.domain.compact import without_command
from designer.domain.fork_edits import Edits, edited
from designer.domain.fork_errors import ForkError
from designer.domain.graph import MapNode
from designer.domain.plan import Plan
from designer.domain.run import Run
from designer.domain.state import StepState

_NOISE = (
    ev.RunTakenOver, ev.StepWaiting, ev.CommandRefused, ev.RunQueued, ev.RunAdmitted, ev.RunPaused, ev.RunResumed,
    ev.RunCancelRequested, ev.Overdue, *ev.TERMINAL,
)  # fmt: skip


def forked(plan: Plan, records: Sequence[ev.Record], seq: int, edits: Edits | None = None) -> list[ev.Event]:
    """Return the first events of a run that goes on after the event ``seq`` of ``records``; ``run_started`` is the old one
    but for its rules.

    Raises ``ForkError`` for a ``seq`` outside the log, an edit of a step without a result there, or edits that
    contradict what was recorded after them.
    """
    last = _last_seq(records)
    if not 1 <= seq <= last:
        raise ForkError(f"Fork after an event between 1 and {last}, not {seq}.", first=1, last=last)
    taken = _taken(plan, records[:seq])
    return edited(plan, map(_by_today, taken), edits or Edits(), records[0].at)


def _by_today(event: ev.Event) -> ev.Event:
    """Let the new run go on by the rules of today: it was not the one that began under the old ones."""
    return msgspec.structs.replace(event, rules=ev.RULES) if isinstance(event, ev.RunStarted) else event


def retried(plan: Plan, records: Sequence[ev.Record]) -> list[ev.Event]:
    """Return the first events of a run that does again what failed or was cancelled, and all that was undone."""
    last = _last_seq(records)
    undone = {
        undo.step
        for record in records
        if isinstance(record.event, ev.CompensationStarted)
        for undo in record.event.undo
    }
    if undone:
        touched = (r.seq for r in records if getattr(r.event, "step", "") in undone)
        last = min(last, min(touched) - 1)
    return forked(plan, records, max(1, last))


def redriven(plan: Plan, records: Sequence[ev.Record], step: str) -> tuple[list[ev.Event], int]:
    """Return the first events of a run that gives ``step``, which failed for good, to an agent again; and the fork's ``seq``.

    Where the failure ended the run, all that was done beside it is taken over. Where the workflow dealt with it, the new
    run begins just before it, since what followed was built on the failure. Raises ``ForkError``: it has not failed.
    """
    run = Run(plan)
    failed = 0
    for record in records:
        run.apply(record.event, record.at)
        if isinstance(record.event, ev.StepFailed) and record.event.step == step and not record.event.retry_at:
            failed = record.seq
    state = run.steps.get(step)
    if state is None or not failed:
        raise ForkError(f"The step `{step}` has not failed for good in that run.")
    stopped = run.outcome is not None and not isinstance(run.outcome, ev.RunCompleted | ev.RunContinued)
    if stopped and not _stays(state):
        return retried(plan, records), _last_seq(records)
    return forked(plan, records, failed - 1), failed - 1


def _last_seq(records: Sequence[ev.Record]) -> int:
    """Return the last event that a fork can follow: before the undoing, before the end."""
    for record in records:
        if isinstance(record.event, (ev.CompensationStarted, *ev.TERMINAL)):
            return record.seq - 1
    return records[-1].seq


def _taken(plan: Plan, records: Sequence[ev.Record]) -> list[ev.Event]:
    run = Run(plan)
    for record in records:
        run.apply(record.event, record.at)
    dropped = {step for step, state in run.steps.items() if not _stays(state)}
    found: list[ev.Event] = []
    for record in records:
        event = record.event
        if isinstance(event, _NOISE) or _is_dropped(event, dropped, run):
            continue
        found.append(without_command(event))
    return found


def _stays(state: StepState) -> bool:
    """Return whether the events of a step are taken over: it is done, or something around it is."""
    if state.status in ("completed", "skipped", "waiting") or _is_absorbed(state):
        return True
    if state.status == "failed":
        return _dealt_with(state)
    # Containers that are open go on from where they are.
    return state.inner is not None and state.status in ("running", "ready")


def _is_absorbed(state: StepState) -> bool:
    owner = state.scope.owner
    while owner is not None:
        node = owner.node.node
        if owner.status == "completed" or (owner.status == "failed" and _dealt_with(owner)):
            return True
        collects = isinstance(node, MapNode) and node.failure == "collect"
        if collects and state.status in ("failed", "cancelled"):
            return True
        owner = owner.scope.owner
    return False


def _dealt_with(state: StepState) -> bool:
    on_error = getattr(state.node.node, "on_error", None)
    return on_error is not None and on_error.action != "fail"


def _is_dropped(event: ev.Event, dropped: set[str], run: Run) -> bool:
    step = getattr(event, "step", "")
    if step not in dropped:
        return False
    # A failed container goes on with the iterations it had: only its own end is dropped.
    kept = (ev.MapStarted, ev.IterationStarted, ev.IterationClosed, ev.SubflowStarted, ev.PlanMade)
    return not (isinstance(event, kept) and run.steps[step].inner is not None)
