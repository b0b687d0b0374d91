"""Why a run does not go on, in words, from its state and from nothing else (features C5)."""

from typing import Final

import msgspec

from agentcluster.clock import time_of_day
from designer.domain import events as ev
from designer.domain.fold import REFUSED, Fold, approval_of
from designer.domain.state import StepState

MOST: Final = 20
"""Reasons given at most: a map may have thousands of steps that wait."""


class Reason(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing the run waits for. ``since`` and ``until`` are ms, 0 when unknown; ``step`` is empty for the run's own."""

    code: str
    message: str
    step: str = ""
    since: int = 0
    until: int = 0


_TERMINAL: Final = {
    ev.RunCompleted: "completed",
    ev.RunFailed: "failed",
    ev.RunCancelled: "cancelled",
    ev.RunTerminated: "terminated",
    ev.RunContinued: "continued",
}


def status_of(run: Fold, *, waits: bool) -> str:
    """Return the run's status in one word; ``waits``: only time, people or signals bring it further."""
    if run.outcome is not None:
        return _TERMINAL[type(run.outcome)]
    if run.undoing is not None:
        return "compensating"
    if run.cancel is not None:
        return "cancelling"
    if run.queued is not None:
        return "queued"
    if run.paused is not None:
        return "paused"
    return "waiting" if waits else "running"


def reasons_of(run: Fold, now: int) -> list[Reason]:
    """Return what the run waits for, the run's own reasons first, then by step, ``MOST`` at most."""
    if run.outcome is not None:
        return []
    found = _of_run(run)
    for state in run.suspended.values():
        if len(found) >= MOST:
            break
        found.append(_of_suspended(run, state, now))
    for step, state in run.retries.items():
        if not state.waiting_code:
            found.append(_of_retry(step, state, now))
    for state in run.steps.values():
        if len(found) >= MOST:
            break
        if state.status in ("ready", "retrying") and state.waiting_code:
            found.append(Reason(state.waiting_code, state.waiting_message, state.step, state.since))
    return found[:MOST]


def _of_run(run: Fold) -> list[Reason]:
    if run.undoing is not None and run.undoing:
        undo = run.undoing[0]
        left = len(run.undoing)
        return [Reason("compensating", f"Undoing `{undo.step}` by `{undo.handler}`; {left} to go.", undo.handler)]
    if run.stopping and run.flights:
        names = ", ".join(sorted(run.flights)[:5])
        return [Reason("stopping", f"Being stopped: waiting for {names} to stop.")]
    found = []
    if run.queued is not None:
        limit = run.queued.limit
        runs = "1 run" if limit == 1 else f"{limit} runs"
        shared = f" with the key {run.queued.key}" if run.queued.key else ""
        found.append(Reason("queued", f"Waiting for its turn: at most {runs}{shared} may go on at a time."))
    if run.paused is not None:
        why = f": {run.paused.reason}" if run.paused.reason else ""
        found.append(Reason("paused", f"Paused by {run.paused.by or 'the system'}{why}."))
    return found


def _of_suspended(run: Fold, state: StepState, now: int) -> Reason:
    until = run.timers.get(state.step, 0)
    question = approval_of(state)
    if question is not None:
        asked = question.request
        people = ", ".join((*asked.approvers, *asked.groups)) or "anybody who may run the workflow"
        given = f" ({len(question.given)} of {asked.needed} given)" if asked.needed > 1 else ""
        return Reason("approval", f"Waiting for approval by {people}{given}.", state.step, state.since, until)
    if isinstance(state.input, ev.SignalAwaited):
        key = f" with the key {state.input.key}" if state.input.key else ""
        return Reason("signal", f"Waiting for the signal {state.input.name}{key}.", state.step, state.since, until)
    return Reason("timer", f"Waiting until {time_of_day(until, now)}.", state.step, state.since, until)


def _of_retry(step: str, state: StepState, now: int) -> Reason:
    code = state.error.code if state.error else "error"
    message = f"Attempt {state.attempt + 1} of `{step}` at {time_of_day(state.ready_at, now)}, after {code}."
    if state.error is not None and code == REFUSED:
        message = f"{state.error.message} `{step}` is tried again at {time_of_day(state.ready_at, now)}."
    return Reason("retry", message, step, state.since, state.ready_at)
