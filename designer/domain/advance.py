"""What a run does by itself: skip, branch, join, wait, repeat, undo, end; and what becomes of a step that failed."""

from typing import Final

from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.domain.apart import MAX_BYTES
from designer.domain.backoff import RetryOf, no_policy, retry_at
from designer.domain.decide import CallAgent, decide
from designer.domain.degrading import asked_next
from designer.domain.expression_work import MAX_WORK, METER
from designer.domain.fold import Fold
from designer.domain.graph import WaitNode
from designer.domain.pending import PendingCall, call_of
from designer.domain.plan import Plan
from designer.domain.state import ApprovalState, StepState
from designer.domain.times import moment

MAX_AT_ONCE: Final = 1000
"""Loops in loops must neither hold up other runs nor gather events without end before these are written."""
MAX_APART_AT_ONCE: Final = 4 * MAX_BYTES
"""Bytes of large values that wait in memory to be stored, before a turn ends."""


class Advance(Fold):
    """The fold of a run's events, and what follows from it without anybody's doing.

    ``apart`` gathers values too large for an event by digest: stored by the driver before it appends.
    """

    def __init__(self, plan: Plan, retry_of: RetryOf = no_policy) -> None:
        """Start empty; the first event must be ``RunStarted``. ``retry_of`` is asked when a step has failed."""
        super().__init__(plan)
        self._retry_of = retry_of
        self._pending: dict[str, PendingCall] = {}
        self.unfinished = False
        """Whether ``advance`` stopped in the middle, as there was much to do."""
        self.apart: dict[str, bytes] = {}
        self._apart_bytes = 0

    def advance(self, now: int) -> list[ev.Event]:
        """Do everything that needs no agent: skip, branch, join, wait, repeat, undo, end the run.

        At most ``MAX_AT_ONCE`` events or so, and as much work and memory as one turn may take: while the run is
        ``unfinished``, call it again once these are durable.
        """
        made: list[ev.Event] = []
        if self.timers and not self.idle_by_order and not self.terminal:
            self._end_timers(made, now)
        limit, self.unfinished = len(made) + MAX_AT_ONCE, False
        work, self._apart_bytes = METER.units + MAX_WORK, 0
        while not self.terminal:
            if self.stopping and self.undoing is None:
                if not self._stopped(made, now):
                    break
                continue
            if self.idle_by_order:
                break
            if self.scope_failed:
                self.scope_failed = False
                self._drop_abandoned(made, now)
            if self.todo and (len(made) >= limit or METER.units >= work or self._apart_bytes >= MAX_APART_AT_ONCE):
                self.unfinished = True
                break
            if self.todo:
                state, turn = self.todo.popleft()
                if turn == state.turn:
                    self._decide(state, made, now)
            elif not self.scope_failed and not self._ended(made, now):
                break
        return made

    @property
    def terminal(self) -> bool:
        """Whether a terminal event was applied."""
        return self.outcome is not None

    @property
    def idle_by_order(self) -> bool:
        """Whether nothing may start now because somebody said so: paused, or waiting for its turn."""
        return (self.paused is not None or self.queued is not None) and not self.stopping

    def _emit(self, event: ev.Event, made: list[ev.Event], now: int) -> None:
        self.apply(event, now)
        made.append(event)

    def _decide(self, state: StepState, made: list[ev.Event], now: int) -> None:
        if state.status != "ready":
            return
        if not self.wanted(state):
            self._emit(ev.StepCancelled(state.step, "Another step of this iteration failed."), made, now)
            return
        awaited = state.input
        if isinstance(awaited, ev.SignalAwaited):
            signal = self.signal_for(awaited)
            if signal is not None:
                output = {"data": signal.data, "by": signal.by, "key": signal.key}
                self._emit(ev.StepCompleted(state.step, output), made, now)
            return
        decision = decide(state, now, self.rules)
        if decision.apart:
            self.apart.update(decision.apart)
            self._apart_bytes += sum(map(len, decision.apart.values()))
        what = decision.what
        if isinstance(what, CallAgent):
            self._pending[state.step] = call_of(self.started, state, what)
        elif isinstance(what, CallError):
            self._fail(state, what, made, now)
        else:
            self._emit(what, made, now)

    def _fail(
        self,
        state: StepState,
        error: CallError,
        made: list[ev.Event],
        now: int,
        times: tuple[int, int] = (0, 0),
    ) -> None:
        attempt = max(1, state.attempt)
        again = self._again(state, error, now) if state.started else 0
        self._emit(
            ev.StepFailed(state.step, error, attempt, again, *times, fallback=asked_next(state, again)), made, now
        )

    def _again(self, state: StepState, error: CallError, now: int) -> int:
        return retry_at(state, error, f"{state.step}/{max(1, state.attempt)}", now, self._retry_of, rules=self.rules)

    def _end_timers(self, made: list[ev.Event], now: int) -> None:
        """End what is due: waits are over, questions and containers have run out of time."""
        for step, due in [(step, due) for step, due in self.timers.items() if due <= now]:
            state = self.steps[step]
            if step not in self.timers or not self.wanted(state):
                continue
            asked_people = isinstance(state.inner, ApprovalState)
            if isinstance(state.node.node, WaitNode):
                self._emit(ev.StepCompleted(step, {"until": moment(due).text}), made, now)
            elif state.status == "suspended":
                message = "Nobody decided in time." if asked_people else "No signal came in time."
                self._emit(ev.StepFailed(step, CallError("timed_out", message)), made, now)
            else:
                self._emit(ev.Overdue(f"It took longer than its {self.seconds_for(state):g} seconds.", step), made, now)

    def _drop_abandoned(self, made: list[ev.Event], now: int) -> None:
        """Cancel what waits (not what is in flight) in scopes that nobody needs any more."""
        idle = dict.fromkeys((*self._pending, *self.retries, *self.suspended))
        for step in sorted(step for step in idle if not self.wanted(self.steps[step])):
            self._pending.pop(step, None)
            if self.steps[step].status not in ("cancelled", "failed", "skipped", "completed"):
                self._emit(ev.StepCancelled(step, "Another step of this iteration failed."), made, now)

    def _stopped(self, made: list[ev.Event], now: int) -> bool:
        """Stop what goes on; once all stands still begin to undo, or end. True when there is more to do."""
        self._pending.clear()
        for step in sorted({*self.suspended, *self.retries}):
            self._emit(ev.StepCancelled(step, "The run is being stopped."), made, now)
        if self.flights:
            return False
        undo = tuple(
            ev.Undo(step, self.steps[step].scope.prefix + self.steps[step].node.undo)
            for step in reversed(self.undoable)
        )
        if undo:
            self.todo.clear()
            self.timers.clear()
            self._emit(ev.CompensationStarted(undo), made, now)
            return True
        self._emit(self._ending(), made, now)
        return False

    def _ended(self, made: list[ev.Event], now: int) -> bool:
        """End the run when nothing is left to do; True when that brought it further."""
        if self.undoing is not None:
            if self.undoing:
                return False
            self._emit(self._ending(), made, now)
            return True
        if self.root.live == 0 and self.started is not None:
            self._emit(ev.RunCompleted(self.output), made, now)
            return True
        return False

    def _ending(self) -> ev.Event:
        undone: ev.Compensation = "" if self.undoing is None else "incomplete" if self.undo_failed else "done"
        if self.failure is not None and (self.cancel is None):
            step, error = self.failure
            return ev.RunFailed(error, step, undone)
        by, reason = (self.cancel.by, self.cancel.reason) if self.cancel else ("", "")
        return ev.RunCancelled(by, reason, undone)
