"""A shorter history with the same state, for a run that goes on under a new log (continue-as-new)."""

from collections import Counter
from collections.abc import Sequence

from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.domain.plan import Plan
from designer.domain.run import Run
from designer.domain.state import LoopState, MapState, StepState

_NOISE = (ev.RunTakenOver, ev.StepWaiting, ev.CommandRefused, ev.RunQueued, ev.RunAdmitted, ev.RunPaused, ev.RunResumed)
_SETTLED = ("completed", "failed", "skipped", "cancelled")


def compact(plan: Plan, records: Sequence[ev.Record]) -> list[ev.Event]:
    """Return events whose fold goes on exactly as that of ``records``; ``run_started`` first, as it was.

    Attempts of finished steps go, all that happened inside finished containers goes, a finished iteration becomes one
    ``iteration_closed``. What may still have to be undone stays. Commands lose their ids: the new run has a new inbox.
    """
    run = Run(plan)
    for record in records:
        run.apply(record.event, record.at)
    kept_inside = {step for undoable in run.undoable for step in _around(run.steps[undoable])}
    history = [record.event for record in records if not isinstance(record.event, _NOISE)]
    closing = _Closing(run, kept_inside, history)
    made = [kept for event in history for kept in closing.of(event)]
    if run.queued is not None:
        made.append(run.queued)
    if run.paused is not None:
        made.append(ev.RunPaused(run.paused.by, run.paused.reason))
    return [without_command(event) for event in made]


def without_command(event: ev.Event) -> ev.Event:
    """Return the event as one that answers no command."""
    if isinstance(event, ev.SignalReceived):
        return ev.SignalReceived(event.name, event.key, event.data, event.by, reason=event.reason)
    if isinstance(event, ev.ApprovalGiven):
        return ev.ApprovalGiven(event.step, event.approved, event.by, event.comment, event.data)
    return event


class _Closing:
    """Says what becomes of each event of a history."""

    def __init__(self, run: Run, kept_inside: set[str], history: Sequence[ev.Event]) -> None:
        self._run, self._kept_inside = run, kept_inside
        self._still_inside = Counter(map(self._stood_for, history))

    def of(self, event: ev.Event) -> list[ev.Event]:
        step = getattr(event, "step", "")
        if not step or step not in self._run.steps:
            return [event]
        state = self._run.steps[step]
        ended = self._ended_around(state)
        if ended is not None:
            return []
        closed = self._closed_iteration(state)
        if closed is not None:
            return self._close_last(*closed)
        if isinstance(event, ev.IterationStarted) and self._is_closed(state, event.index):
            return []
        if state.status in _SETTLED and not self._keeps(state):
            return [event] if _is_last_word(event) else []
        return [event]

    def _keeps(self, state: StepState) -> bool:
        return state.step in self._kept_inside

    def _ended_around(self, state: StepState) -> StepState | None:
        """Return the outermost finished container around a step whose inside may go."""
        found, owner = None, state.scope.owner
        while owner is not None:
            if owner.status in _SETTLED and not self._keeps(owner):
                found = owner
            owner = owner.scope.owner
        return found

    def _closed_iteration(self, state: StepState) -> tuple[StepState, int] | None:
        """Return the outermost closed iteration around a step, where it may stand for all inside."""
        found, scope = None, state.scope
        while scope.owner is not None:
            if self._is_closed(scope.owner, scope.index):
                found = (scope.owner, scope.index)
            scope = scope.owner.scope
        return found

    def _is_closed(self, owner: StepState, index: int) -> bool:
        if owner.step in self._kept_inside:
            return False
        if isinstance(owner.inner, MapState):
            return index < owner.inner.next_index and index not in owner.inner.open
        if isinstance(owner.inner, LoopState) and owner.inner.failed is None:
            return index < owner.inner.index
        return False

    def _stood_for(self, event: ev.Event) -> tuple[str, int] | None:
        """Return the closed iteration that stands for the event, by its container's path and its number."""
        state = self._run.steps.get(getattr(event, "step", ""))
        closed = self._closed_iteration(state) if state is not None else None
        return None if closed is None else (closed[0].step, closed[1])

    def _close_last(self, owner: StepState, index: int) -> list[ev.Event]:
        """Close where the last event from inside stood: what became ready before and after it keeps its turn."""
        self._still_inside[owner.step, index] -= 1
        if self._still_inside[owner.step, index]:
            return []
        inner = owner.inner
        if isinstance(inner, MapState):
            failed = inner.errors[index]
            error = CallError(failed["code"], failed["message"]) if failed else None
            return [ev.IterationClosed(owner.step, index, inner.results[index], error)]
        assert isinstance(inner, LoopState)
        if index < inner.index - 1:
            return []
        return [ev.IterationClosed(owner.step, index, inner.last)]


def _around(state: StepState) -> list[str]:
    """Return the containers a step stands in, innermost first."""
    names, owner = [], state.scope.owner
    while owner is not None:
        names.append(owner.step)
        owner = owner.scope.owner
    return names


def _is_last_word(event: ev.Event) -> bool:
    """Return whether the event alone makes a finished step finished (with what it may have taken from outside)."""
    if isinstance(event, ev.StepFailed):
        return not event.retry_at
    return isinstance(event, (ev.StepCompleted, ev.StepSkipped, ev.StepCancelled, ev.SignalAwaited))
