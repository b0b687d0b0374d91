"""A run as a pure state machine: events in, events out. No clock, no network; the driver brings both.

Every method that returns events has already applied them: the driver only appends them to the log, in order, and only
after that carries out their effects. Replaying a log is ``apply`` for each record.
"""

from typing import Any, Final

import msgspec

from agents.domain.calls import CallError, CallReply
from designer.domain import commands as asked
from designer.domain import events as ev
from designer.domain.backoff import RetryOf, no_policy, retry_at
from designer.domain.decide import CallAgent, decide
from designer.domain.degrading import Instead, settled_by_policy
from designer.domain.fold import REFUSED, Fold
from designer.domain.following import follow
from designer.domain.graph import Cache, IntentNode, PlanNode, Priority, WaitNode
from designer.domain.plan import Plan
from designer.domain.planned import checked_plan
from designer.domain.reasons import Reason, reasons_of, status_of
from designer.domain.state import ApprovalState, StepState
from designer.domain.times import moment

MAX_AT_ONCE: Final = 1000
"""Loops in loops must neither hold up other runs nor gather events without end before these are written."""


class PendingCall(msgspec.Struct, frozen=True):
    """A step that should be given to an agent instance now; ``ready_at`` (ms) is since when.

    ``agent`` is empty where ``capability`` or ``intent`` (its goal worked out) say who may do it.
    """

    step: str
    agent: str
    version: str
    attempt: int
    call_id: str
    idempotency_key: str
    input: Any
    timeout_s: float | None
    ready_at: int
    priority: Priority = "normal"
    capability: str = ""
    intent: IntentNode | None = None
    cache: Cache | None = None
    cache_key: Any = None
    heartbeat_timeout_s: float | None = None
    degraded: bool = False


class Run(Fold):
    """The fold of a run's events, and what to do next.

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

    def advance(self, now: int) -> list[ev.Event]:
        """Do everything that needs no agent: skip, branch, join, wait, repeat, undo, end the run.

        At most ``MAX_AT_ONCE`` events or so: while the run is ``unfinished``, call it again once these are durable.
        """
        made: list[ev.Event] = []
        if self.timers and not self.idle_by_order and not self.terminal:
            self._end_timers(made, now)
        limit, self.unfinished = len(made) + MAX_AT_ONCE, False
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
            if self.todo and len(made) >= limit:
                self.unfinished = True
                break
            if self.todo:
                self._decide(self.todo.popleft(), made, now)
            elif not self.scope_failed and not self._ended(made, now):
                break
        return made

    def pending_calls(self, now: int) -> list[PendingCall]:
        """Return the steps that are ready (or due for retry) and not in flight."""
        if self.terminal or self.idle_by_order or (self.stopping and self.undoing is None):
            return []
        if self.retries:
            for step, state in [*self.retries.items()]:
                if state.ready_at <= now and step not in self._pending:
                    self._pending[step] = self._call(state, None)
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
        if self.steps[call.step].waiting_code == code:
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
        again = retry_at(state, error, call.call_id, now, self._retry_of) if error.retryable else 0
        end = None
        if instead is not None and (not again or error.code == REFUSED):
            end = settled_by_policy(state, ev.StepFailed(call.step, error, call.attempt), instead, now)
        if end is not None:
            self._settle_by_policy(state, end, made, now)
            return made
        self._emit(ev.StepFailed(call.step, error, call.attempt, again), made, now)
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

    def request_cancel(self, by: str, reason: str, now: int) -> list[ev.Event]:
        """Begin to stop; the driver then tells the calls in flight and calls ``stop_in_flight`` after a grace period."""
        if self.terminal or self.stopping:
            return []
        made: list[ev.Event] = []
        self._emit(ev.RunCancelRequested(by, reason), made, now)
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

    def expire(self, message: str, now: int) -> list[ev.Event]:
        """Let the run fail in order, because its time is over."""
        made: list[ev.Event] = []
        if not self.terminal and not self.stopping:
            self._emit(ev.Overdue(message), made, now)
        return made

    def continue_as(self, next_run_id: str, reason: str, now: int) -> list[ev.Event]:
        """End this log; the run goes on as ``next_run_id``."""
        made: list[ev.Event] = []
        if not self.terminal:
            self._emit(ev.RunContinued(next_run_id, reason), made, now)
        return made

    def abort(self, error: CallError, now: int) -> list[ev.Event]:
        """End the run as failed at once, for a reason outside its steps (a limit was reached, a bug)."""
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
    def terminal(self) -> bool:
        """Whether a terminal event was applied."""
        return self.outcome is not None

    @property
    def idle_by_order(self) -> bool:
        """Whether nothing may start now because somebody said so: paused, or waiting for its turn."""
        return (self.paused is not None or self.queued is not None) and not self.stopping

    @property
    def parkable(self) -> bool:
        """Whether the run, after ``advance``, only waits for time, people, signals, an order or its turn."""
        if self.terminal or self.flights or self.unfinished:
            return False
        # A replayed log leaves steps in `todo` that are long settled.
        return self.idle_by_order or not (self._pending or any(state.status == "ready" for state in self.todo))

    @property
    def status(self) -> str:
        """The run's status in one word, as lists show it."""
        return status_of(self, waits=bool(self.suspended) and self.parkable)

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
        decision = decide(state, now)
        if decision.apart:
            self.apart.update(decision.apart)
        what = decision.what
        if isinstance(what, CallAgent):
            self._pending[state.step] = self._call(state, what)
        elif isinstance(what, CallError):
            self._fail(state, what, made, now)
        else:
            self._emit(what, made, now)

    def _call(self, state: StepState, asks: CallAgent | None) -> PendingCall:
        run_id = self.started.run_id if self.started else ""
        attempt = state.attempt + 1
        node = state.node.node
        # A call that came along from an earlier run of the chain keeps that run's key.
        key = state.started.call_id.rpartition("/")[0] if state.started else f"{run_id}/{state.step}"
        if asks is None and (state.started is None or isinstance(node, IntentNode) or state.node.cache_key):
            # Events hold neither a refused call's input nor a call's goal and cache key: worked out again.
            asks = _asked_again(state)
        value = state.input if state.started or asks is None else asks.value
        agent, version, value = self._who(state, value)
        return PendingCall(
            step=state.step,
            agent=agent,
            version=version,
            attempt=attempt,
            call_id=f"{key}/{attempt}",
            idempotency_key=key,
            input=value,
            timeout_s=getattr(node, "timeout_s", None),
            ready_at=state.ready_at,
            priority=self.started.priority if self.started else "normal",
            capability="" if agent else getattr(node, "capability", ""),
            intent=msgspec.structs.replace(node, goal=asks.goal)
            if isinstance(node, IntentNode) and asks and not agent
            else None,
            cache=getattr(node, "cache", None),
            cache_key=asks.cache_key if asks else None,
            heartbeat_timeout_s=getattr(node, "heartbeat_timeout_s", None),
            degraded=bool(state.fallback),
        )

    def _who(self, state: StepState, value: Any) -> tuple[str, str, Any]:
        """Return agent, version and input of the next attempt: the workflow's, policy's, or those of whoever redrives it."""
        agent, version = state.node.agent, state.node.version
        if state.fallback:
            agent, _, version = state.fallback.partition("@")
            return agent, version, value
        redriven = self.started.origin.redriven if self.started and self.started.origin else None
        if redriven is None or redriven.step != state.step:
            return agent, version, value
        if redriven.version:
            agent, version = redriven.agent or agent, redriven.version
        return agent, version, redriven.input if redriven.has_input else value

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
        self._emit(ev.StepFailed(state.step, error, attempt, again, *times), made, now)

    def _again(self, state: StepState, error: CallError, now: int) -> int:
        return retry_at(state, error, f"{state.step}/{max(1, state.attempt)}", now, self._retry_of)

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
                seconds = getattr(state.node.node, "timeout_s", None) or 0
                self._emit(ev.Overdue(f"It took longer than its {seconds:g} seconds.", step), made, now)

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


def _asked_again(state: StepState) -> CallAgent | None:
    what = decide(state, 0).what
    return what if isinstance(what, CallAgent) else None


def _is_after(entry_id: str, last: str) -> bool:
    """Compare ids of stream entries (``<ms>-<n>``)."""
    if not last:
        return True
    return tuple(int(part) for part in entry_id.split("-")) > tuple(int(part) for part in last.split("-"))
