"""A run as a pure state machine: events in, events out. No clock, no network; the driver brings both.

Every method that returns events has already applied them: the driver only appends them to the log, in order, and only
after that carries out their effects. Replaying a log is ``apply`` for each record.
"""

from typing import Any

from agents.domain.calls import CallError, CallReply
from designer.domain import commands as asked
from designer.domain import events as ev
from designer.domain.advance import Advance
from designer.domain.backoff import retry_at
from designer.domain.degrading import Instead, asked_next, settled_by_policy
from designer.domain.fold import REFUSED
from designer.domain.following import follow
from designer.domain.graph import PlanNode
from designer.domain.pending import PendingCall, call_of
from designer.domain.planned import checked_plan
from designer.domain.reasons import Reason, reasons_of, status_of
from designer.domain.state import StepState


class Run(Advance):
    """A run, as the driver works with it: what may be sent, and what comes from outside."""

    def pending_calls(self, now: int) -> list[PendingCall]:
        """Return the steps that are ready (or due for retry) and not in flight."""
        if self.terminal or self.idle_by_order or (self.stopping and self.undoing is None):
            return []
        if self.retries:
            for step, state in [*self.retries.items()]:
                if state.ready_at <= now and step not in self._pending:
                    self._pending[step] = call_of(self.started, state, None)
        return [call for call in self._pending.values() if call.ready_at <= now]

    def dispatch(
        self,
        call: PendingCall,
        instance: str,
        host: str,
        version: str,
        now: int,
        *,
        agent: str = "",
        bidding: ev.Bidding | None = None,
    ) -> ev.StepStarted:
        """Record that ``call`` goes to ``instance`` on node ``host``; ``agent`` where the call names none."""
        self._pending.pop(call.step, None)
        event = ev.StepStarted(
            step=call.step,
            attempt=call.attempt,
            call_id=call.call_id,
            agent=call.agent or agent,
            version=version,
            instance=instance,
            host=host,
            input=call.input,
            ready_at=call.ready_at,
            degraded=call.degraded,
            bidding=bidding,
        )
        self.apply(event, now)
        return event

    def waiting(self, call: PendingCall, code: str, message: str, now: int) -> list[ev.Event]:
        """Record (once per reason) that ``call`` cannot start now."""
        state = self.steps[call.step]
        if (state.waiting_code, state.waiting_message) == (code, message):
            return []
        event = ev.StepWaiting(call.step, code, message)
        self.apply(event, now)
        return [event]

    def refuse(self, call: PendingCall, error: CallError, now: int, instead: Instead | None = None) -> list[ev.Event]:
        """Record that ``call`` cannot be sent (its input is too large, nobody bids, a breaker is open): a failed attempt.

        ``instead`` is what policy gives in its place: at once where a breaker is open, else after the last attempt.
        """
        self._pending.pop(call.step, None)
        made: list[ev.Event] = []
        state = self.steps[call.step]
        again = retry_at(state, error, call.call_id, now, self._retry_of, rules=self.rules) if error.retryable else 0
        end = None
        if instead is not None and (not again or error.code == REFUSED):
            end = settled_by_policy(state, ev.StepFailed(call.step, error, call.attempt), instead, now)
        if end is not None:
            self._settle_by_policy(state, end, made, now)
            return made
        self._emit(ev.StepFailed(call.step, error, call.attempt, again, fallback=asked_next(state, again)), made, now)
        return made

    def cached(self, call: PendingCall, output: Any, now: int) -> list[ev.Event]:
        """Record that the cache holds the answer to ``call``."""
        self._pending.pop(call.step, None)
        made: list[ev.Event] = []
        done = ev.StepCompleted(call.step, output, attempt=call.attempt, cached=True)
        self._answered(self.steps[call.step], done, made, now)
        return made

    def reply(self, step: str, reply: CallReply, now: int, instead: Instead | None = None) -> list[ev.Event]:
        """Take the result or error of the step's current attempt; stale or repeated replies give no events.

        ``instead`` is what policy gives in the place of an error that would be the step's last.
        """
        flight = self.flights.get(step)
        if flight is None or self.terminal or flight.call_id != reply.call_id or reply.status not in ("ok", "error"):
            return []
        queued = max(0, reply.started_ms - reply.received_ms)
        worked = max(0, reply.finished_ms - reply.started_ms)
        made: list[ev.Event] = []
        state = self.steps[step]
        if reply.status == "ok":
            done = ev.StepCompleted(step, reply.output, attempt=flight.attempt, queued_ms=queued, worked_ms=worked)
            self._answered(state, done, made, now)
            return made
        error = reply.error or CallError("agent_error", "The agent gave no reason.")
        if self.wanted(state):
            end = None
            if instead is not None and not self._again(state, error, now):
                last = ev.StepFailed(step, error, flight.attempt, queued_ms=queued, worked_ms=worked)
                end = settled_by_policy(state, last, instead, now)
            if end is not None:
                self._settle_by_policy(state, end, made, now)
            else:
                self._fail(state, error, made, now, (queued, worked))
        else:
            self._emit(ev.StepCancelled(step, error.message), made, now)
        return made

    def command(self, entry_id: str, command: asked.Command, now: int) -> list[ev.Event]:
        """Follow what somebody asks, or say why not; a command that was answered before gives nothing."""
        if self.terminal or not _is_after(entry_id, self.last_command):
            return []
        made: list[ev.Event] = []
        for event in follow(self, entry_id, command):
            self._emit(event, made, now)
        return made

    def stop_in_flight(self, now: int) -> list[ev.Event]:
        """Give up on calls in flight that nobody waits for, and go on."""
        if not self.stopping or self.terminal:
            return []
        made: list[ev.Event] = []
        for flight in self.unneeded:
            self._emit(ev.StepCancelled(flight.step, "It did not stop in time."), made, now)
        return made + self.advance(now)

    def queue(self, key: str, limit: int, now: int) -> list[ev.Event]:
        """Record that the run waits for its turn under the workflow's concurrency limit."""
        made: list[ev.Event] = []
        if self.queued is None and not self.terminal:
            self._emit(ev.RunQueued(key, limit), made, now)
        return made

    def expire(self, message: str, now: int, code: str = "") -> list[ev.Event]:
        """Let the run fail in order, and undo, because its time is over or another limit (``code``) is reached."""
        made: list[ev.Event] = []
        if not self.terminal and not self.stopping:
            self._emit(ev.Overdue(message, code=code), made, now)
        return made

    def continue_as(self, next_run_id: str, reason: str, now: int, by: str = "") -> list[ev.Event]:
        """End this log; the run goes on as ``next_run_id``, because somebody (``by``) asked or its log is long."""
        made: list[ev.Event] = []
        if not self.terminal:
            self._emit(ev.RunContinued(next_run_id, reason, by), made, now)
        return made

    def abort(self, error: CallError, now: int) -> list[ev.Event]:
        """End the run as failed at once, for a reason outside its steps (it may not begin, a bug)."""
        if self.terminal:
            return []
        made: list[ev.Event] = []
        for step in [*self.flights]:
            self._emit(ev.StepCancelled(step, error.message), made, now)
        self._emit(ev.RunFailed(error), made, now)
        return made

    @property
    def in_flight(self) -> dict[str, ev.StepStarted]:
        """The steps whose current attempt is with an instance, by step."""
        return self.flights

    @property
    def unneeded(self) -> list[ev.StepStarted]:
        """The calls in flight that nobody waits for any more; the driver tells their agents to stop."""
        return [flight for step, flight in self.flights.items() if not self.wanted(self.steps[step])]

    @property
    def parkable(self) -> bool:
        """Whether the run, after ``advance``, only waits for time, people, signals, an order or its turn."""
        if self.terminal or self.flights or self.unfinished:
            return False
        # A replayed log leaves steps in `todo` that are long settled.
        return self.idle_by_order or not (self._pending or any(state.status == "ready" for state, _ in self.todo))

    @property
    def status(self) -> str:
        """The run's status in one word, as lists show it."""
        return status_of(self, waits=bool(self.suspended) and self.parkable)

    @property
    def stands_still(self) -> bool:
        """Whether nothing is under way: every step that could go on has been told what it waits for."""
        if self.flights or self.unfinished or any(not self.steps[step].waiting_code for step in self._pending):
            return False
        # While a run is driven, what a replayed log leaves in `todo` stands in `_pending`.
        return not any(state.status == "ready" and not state.waiting_code for state, _ in self.todo)

    def reasons(self, now: int) -> list[Reason]:
        """Return why the run does not go on by itself right now; empty when it does, or has ended."""
        return reasons_of(self, now)

    @property
    def next_timer(self) -> int | None:
        """When (ms) ``advance`` or ``pending_calls`` will have more by the passing of time alone; None when they will not."""
        if self.idle_by_order:
            return None
        due = min((state.ready_at for state in self.retries.values()), default=None) if self.retries else None
        if self.timers:
            first = min(self.timers.values())
            due = first if due is None else min(due, first)
        return due

    def _settle_by_policy(
        self, state: StepState, end: ev.StepCompleted | ev.StepFailed, made: list[ev.Event], now: int
    ) -> None:
        if isinstance(end, ev.StepCompleted):
            self._answered(state, end, made, now)
        else:
            self._emit(end, made, now)

    def _answered(self, state: StepState, done: ev.StepCompleted, made: list[ev.Event], now: int) -> None:
        """Take an agent's answer; a planner's is a workflow, which must be a sound one."""
        if not isinstance(state.node.node, PlanNode):
            self._emit(done, made, now)
            return
        plan = checked_plan(done)
        if isinstance(plan, CallError):
            self._fail(state, plan, made, now, (done.queued_ms, done.worked_ms))
        else:
            self._emit(plan, made, now)


def _is_after(entry_id: str, last: str) -> bool:
    """Compare ids of stream entries (``<ms>-<n>``)."""
    if not last:
        return True
    return tuple(int(part) for part in entry_id.split("-")) > tuple(int(part) for part in last.split("-"))
