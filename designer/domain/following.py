"""What a run does when somebody asks something of it: the events of each command, or why it cannot be followed."""

from collections.abc import Callable
from typing import Any, Final

from designer.domain import commands as asked
from designer.domain import events as ev
from designer.domain.fold import Fold, approval_of

MAX_SIGNALS: Final = 100
"""Signals that nobody has taken yet, at most."""

Answer = list[ev.Event] | str
"""The events that follow, or why there are none."""


def follow(run: Fold, entry_id: str, command: asked.Command) -> list[ev.Event]:
    """Return the events that ``command`` (inbox entry ``entry_id``) leads to, not applied yet."""
    answer = _FOLLOW[type(command)](run, entry_id, command)
    if isinstance(answer, str):
        kind = str(command.__struct_config__.tag)
        return [ev.CommandRefused(kind, answer, command.by, entry_id, command.reason)]
    return answer


def _cancel(run: Fold, entry_id: str, command: asked.Cancel) -> Answer:
    if run.stopping:
        return "The run is being stopped already."
    return [ev.RunCancelRequested(command.by, command.reason, entry_id)]


def _terminate(run: Fold, entry_id: str, command: asked.Terminate) -> Answer:
    cut = [ev.StepCancelled(step, "The run was terminated.") for step in run.flights]
    return [*cut, ev.RunTerminated(command.by, command.reason, entry_id)]


def _pause(run: Fold, entry_id: str, command: asked.Pause) -> Answer:
    if run.stopping:
        return "The run is being stopped."
    if run.paused is not None:
        return "The run is paused already."
    return [ev.RunPaused(command.by, command.reason, entry_id)]


def _resume(run: Fold, entry_id: str, command: asked.Resume) -> Answer:
    if run.paused is None:
        return "The run is not paused."
    return [ev.RunResumed(command.by, command.reason, entry_id)]


def _signal(run: Fold, entry_id: str, command: asked.Signal) -> Answer:
    if run.stopping:
        return "The run is being stopped."
    if len(run.signals) >= MAX_SIGNALS:
        return f"{MAX_SIGNALS} signals wait already that no step has taken."
    return [ev.SignalReceived(command.name, command.key, command.data, command.by, entry_id, command.reason)]


def _decide(run: Fold, entry_id: str, command: asked.Decide) -> Answer:
    state = run.steps.get(command.step)
    question = approval_of(state) if state is not None and state.status == "suspended" else None
    if question is None:
        return f"`{command.step}` does not wait for an approval."
    if any(given.by == command.by for given in question.given):
        return f"{command.by} has decided already."
    return [ev.ApprovalGiven(command.step, command.approved, command.by, command.reason, command.data, entry_id)]


def _admit(run: Fold, entry_id: str, command: asked.Admit) -> Answer:
    return [] if run.queued is None else [ev.RunAdmitted()]


def _continue(run: Fold, entry_id: str, command: asked.Continue) -> Answer:
    """The driver carries this one out: a new run begins before this one ends."""
    return []


_FOLLOW: Final[dict[type, Callable[[Fold, str, Any], Answer]]] = {
    asked.Cancel: _cancel,
    asked.Terminate: _terminate,
    asked.Pause: _pause,
    asked.Resume: _resume,
    asked.Signal: _signal,
    asked.Decide: _decide,
    asked.Admit: _admit,
    asked.Continue: _continue,
}
