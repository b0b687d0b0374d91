"""A run as a pure state machine: events in, events out. No clock, no network; the driver brings both.

Every method that returns events has already applied them: the driver only appends them to the log, in order, and only
after that carries out their effects. Replaying a log is ``apply`` for each record.
"""

from dataclasses import dataclass
from typing import Any

from agents.domain.calls import CallError, CallReply
from designer.domain import events as ev
from designer.domain.backoff import retry_at
from designer.domain.decide import Decision, decide
from designer.domain.fold import Fold, abandoned
from designer.domain.plan import Plan
from designer.domain.state import StepState


@dataclass(frozen=True, slots=True)
class PendingCall:
    """A step that should be given to an agent instance now; ``ready_at`` (ms) is since when."""

    step: str
    agent: str
    version: str
    attempt: int
    call_id: str
    idempotency_key: str
    input: Any
    timeout_s: float | None
    ready_at: int


class Run(Fold):
    """The fold of a run's events, and what to do next."""

    def __init__(self, plan: Plan) -> None:
        """Start empty; the first event must be ``RunStarted``."""
        super().__init__(plan)
        self._pending: dict[str, PendingCall] = {}

    def advance(self, now: int) -> list[ev.Event]:
        """Do everything that needs no agent: skip, branch, join, transform, expand maps, end the run."""
        made: list[ev.Event] = []
        while not self.terminal:
            if self.stopping:
                self._stop(made, now)
                break
            if not self.todo:
                if self.scope_failed:
                    self.scope_failed = False
                    self._drop_abandoned(made, now)
                    continue
                if self.root.live == 0 and self.started is not None:
                    self._emit(ev.RunCompleted(self.output), made, now)
                break
            self._decide(self.todo.popleft(), made, now)
        return made

    def pending_calls(self, now: int) -> list[PendingCall]:
        """Return the steps that are ready (or due for retry) and not in flight."""
        if self.stopping or self.terminal:
            return []
        for step, state in [*self.retries.items()]:
            if state.ready_at <= now and step not in self._pending:
                self._pending[step] = self._call(state, state.input)
        return [call for call in self._pending.values() if call.ready_at <= now]

    def dispatch(self, call: PendingCall, instance: str, host: str, version: str, now: int) -> ev.StepStarted:
        """Record that ``call`` goes to ``instance`` on node ``host``."""
        self._pending.pop(call.step, None)
        event = ev.StepStarted(
            step=call.step,
            attempt=call.attempt,
            call_id=call.call_id,
            agent=call.agent,
            version=version,
            instance=instance,
            host=host,
            input=call.input,
            ready_at=call.ready_at,
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

    def refuse(self, call: PendingCall, error: CallError, now: int) -> list[ev.Event]:
        """Record that ``call`` can never be sent (its input is too large, say)."""
        self._pending.pop(call.step, None)
        made: list[ev.Event] = []
        self._fail(self.steps[call.step], error, made, now)
        return made

    def reply(self, step: str, reply: CallReply, now: int) -> list[ev.Event]:
        """Take the result or error of the step's current attempt; stale or repeated replies give no events."""
        flight = self.flights.get(step)
        if flight is None or self.terminal or flight.call_id != reply.call_id or reply.status not in ("ok", "error"):
            return []
        queued = max(0, reply.started_ms - reply.received_ms)
        worked = max(0, reply.finished_ms - reply.started_ms)
        made: list[ev.Event] = []
        if reply.status == "ok":
            done = ev.StepCompleted(step, reply.output, attempt=flight.attempt, queued_ms=queued, worked_ms=worked)
            self._emit(done, made, now)
            return made
        error = reply.error or CallError("agent_error", "The agent gave no reason.")
        if self.stopping or abandoned(self.steps[step].scope):
            self._emit(ev.StepCancelled(step, error.message), made, now)
        else:
            self._fail(self.steps[step], error, made, now, (queued, worked))
        return made

    def request_cancel(self, by: str, reason: str, now: int) -> list[ev.Event]:
        """Begin to stop; the driver then tells the calls in flight and calls ``stop_in_flight`` after a grace period."""
        if self.terminal or self.cancel is not None:
            return []
        made: list[ev.Event] = []
        self._emit(ev.RunCancelRequested(by, reason), made, now)
        return made

    def stop_in_flight(self, now: int) -> list[ev.Event]:
        """Give up on what is still in flight of a stopping run, and end it."""
        if not self.stopping or self.terminal:
            return []
        made: list[ev.Event] = []
        for step in [*self.flights]:
            self._emit(ev.StepCancelled(step, "It did not stop in time."), made, now)
        return made + self.advance(now)

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
        return [flight for step, flight in self.flights.items() if self.stopping or abandoned(self.steps[step].scope)]

    @property
    def terminal(self) -> bool:
        """Whether a terminal event was applied."""
        return self.outcome is not None

    @property
    def next_timer(self) -> int | None:
        """When (ms) ``pending_calls`` will have more by the passing of time alone; None when it will not."""
        return min((state.ready_at for state in self.retries.values()), default=None)

    def _emit(self, event: ev.Event, made: list[ev.Event], now: int) -> None:
        self.apply(event, now)
        made.append(event)

    def _decide(self, state: StepState, made: list[ev.Event], now: int) -> None:
        if state.status != "ready":
            return
        if abandoned(state.scope):
            self._emit(ev.StepCancelled(state.step, "Another step of this iteration failed."), made, now)
            return
        decision: Decision = decide(state)
        if isinstance(decision, CallError):
            self._fail(state, decision, made, now)
        elif isinstance(decision, ev.StepCompleted | ev.StepSkipped | ev.MapStarted):
            self._emit(decision, made, now)
        else:
            self._pending[state.step] = self._call(state, decision.value)

    def _call(self, state: StepState, value: Any) -> PendingCall:
        run_id = self.started.run_id if self.started else ""
        attempt = state.attempt + 1
        return PendingCall(
            step=state.step,
            agent=state.node.agent,
            version=state.node.version,
            attempt=attempt,
            call_id=f"{run_id}/{state.step}/{attempt}",
            idempotency_key=f"{run_id}/{state.step}",
            input=value,
            timeout_s=getattr(state.node.node, "timeout_s", None),
            ready_at=state.ready_at,
        )

    def _fail(
        self, state: StepState, error: CallError, made: list[ev.Event], now: int, times: tuple[int, int] = (0, 0)
    ) -> None:
        attempt = max(1, state.attempt)
        again = retry_at(state, error, f"{state.step}/{attempt}", now) if state.started else 0
        self._emit(ev.StepFailed(state.step, error, attempt, again, *times), made, now)

    def _drop_abandoned(self, made: list[ev.Event], now: int) -> None:
        """Cancel what waits (not what is in flight) in iterations that nobody needs any more."""
        waiting = {step for step in (*self._pending, *self.retries) if abandoned(self.steps[step].scope)}
        for step in sorted(waiting):
            self._pending.pop(step, None)
            self._emit(ev.StepCancelled(step, "Another step of this iteration failed."), made, now)

    def _stop(self, made: list[ev.Event], now: int) -> None:
        self._pending.clear()
        if self.flights:
            return
        if self.cancel is not None:
            self._emit(ev.RunCancelled(self.cancel.by, self.cancel.reason), made, now)
        elif self.failure is not None:
            step, error = self.failure
            self._emit(ev.RunFailed(error, step), made, now)
