"""Events in, state out. Nothing else changes a run's state, so replaying a log gives the same state every time."""

from collections import deque
from collections.abc import Callable
from typing import Any

import msgspec

from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.domain.flow import Flow
from designer.domain.graph import Graph, MapNode, SignalNode
from designer.domain.plan import compile_plan
from designer.domain.state import ApprovalState, FlowState, LoopState, MapState, ScopeState, StepState

INFRASTRUCTURE = frozenset({"node_lost", "overloaded", "unavailable", "worker_crashed"})
"""Errors that are nobody's fault in the workflow: tried again on another instance, beside the step's own retry policy."""

CRASHED = "worker_crashed"
REFUSED = "breaker_open"
"""No agent was asked: the breaker of all that could do it was open."""


class Fold(Flow):
    """The state of a run as its events make it."""

    def apply(self, event: ev.Event, at: int) -> None:
        """Fold one event in (``at``: ms)."""
        self.changed_at = at
        _HANDLERS[type(event)](self, event, at)

    def _nothing(self, event: ev.Event, at: int) -> None:
        """Who drives changes nothing in what the run does next."""

    def _run_started(self, event: ev.RunStarted, at: int) -> None:
        self.started = event
        run = {"id": event.run_id, "workflow_id": event.workflow_id, "started_by": event.started_by}
        self.root = ScopeState(self.plan, "", {"input": event.input, "run": run})
        self.root.live = 1
        start = self.plan.nodes.get(self.plan.start)
        if start is not None:
            self._propagate(start, self.root, "out", at)
        self.root.live -= 1

    def _run_queued(self, event: ev.RunQueued, at: int) -> None:
        self.queued = event

    def _run_admitted(self, event: ev.RunAdmitted, at: int) -> None:
        self.queued = None

    def _run_paused(self, event: ev.RunPaused, at: int) -> None:
        self.paused, self.last_command = event, event.command or self.last_command

    def _run_resumed(self, event: ev.RunResumed, at: int) -> None:
        self.paused, self.last_command = None, event.command or self.last_command

    def _command_refused(self, event: ev.CommandRefused, at: int) -> None:
        self.last_command = event.command or self.last_command

    def _run_cancel_requested(self, event: ev.RunCancelRequested, at: int) -> None:
        self.cancel, self.paused = self.cancel or event, None
        self.last_command = event.command or self.last_command

    def _run_ended(self, event: ev.Event, at: int) -> None:
        self.outcome = event

    def _step_waiting(self, event: ev.StepWaiting, at: int) -> None:
        state = self.steps[event.step]
        if state.waiting_code != event.code:
            state.since = at
        state.waiting_code, state.waiting_message = event.code, event.message

    def _step_started(self, event: ev.StepStarted, at: int) -> None:
        state = self.steps[event.step]
        state.status, state.attempt, state.started, state.waiting_code = "running", event.attempt, event, ""
        state.input, state.since = event.input, at
        state.deliveries += 1
        self.flights[event.step] = event
        self.retries.pop(event.step, None)

    def _step_completed(self, event: ev.StepCompleted, at: int) -> None:
        state = self.steps[event.step]
        if isinstance(state.node.node, SignalNode):
            self._take_signal(state)
        state.status, state.output = "completed", event.output
        state.scope.steps[state.node.id] = event.output
        self._gather(state, event)
        self._finish(state, event.port, at)

    def _step_skipped(self, event: ev.StepSkipped, at: int) -> None:
        state = self.steps[event.step]
        state.status = "skipped"
        state.scope.steps[state.node.id] = None
        self._finish(state, event.port, at)

    def _step_cancelled(self, event: ev.StepCancelled, at: int) -> None:
        state = self.steps[event.step]
        state.status = "cancelled"
        self._finish(state, None, at)

    def _step_failed(self, event: ev.StepFailed, at: int) -> None:
        state = self.steps[event.step]
        self.flights.pop(event.step, None)
        state.error, state.since, state.waiting_code = event.error, at, ""
        state.attempt = max(state.attempt, event.attempt)
        state.fallback = event.fallback
        if event.error.code in INFRASTRUCTURE:
            state.redeliveries += 1
            state.crashes += event.error.code == CRASHED
        elif event.error.code == REFUSED:
            state.refusals += 1
        else:
            state.policy_failures += 1
        if event.retry_at:
            state.status, state.ready_at = "retrying", event.retry_at
            self.retries[event.step] = state
            return
        state.status = "failed"
        self._step_failed_for_good(state, event, at)

    def _step_failed_for_good(self, state: StepState, event: ev.StepFailed, at: int) -> None:
        on_error = getattr(state.node.node, "on_error", None)
        action = on_error.action if on_error is not None else "fail"
        reason = {"code": event.error.code, "message": event.error.message}
        if action == "continue" and on_error is not None:
            state.output = on_error.default
            state.scope.steps[state.node.id] = on_error.default
            self._finish(state, "out", at)
        elif action == "branch":
            state.output = {"error": reason}
            state.scope.steps[state.node.id] = state.output
            self._finish(state, "error", at)
        else:
            if not state.undoes:
                self._fail_scope(state.scope, event.step, event.error)
            self._finish(state, None, at)

    # Containers

    def _map_started(self, event: ev.MapStarted, at: int) -> None:
        state = self.steps[event.step]
        items = state.node.compute(state.scope.scope)
        state.status, state.inner = "running", MapState(list(items))
        self.steps_total += event.count * state.scope.plan.children.get(state.node.id, 0)
        self._set_deadline(state, at)
        self._launch_iterations(state, at)

    def _iteration_started(self, event: ev.IterationStarted, at: int) -> None:
        state = self.steps[event.step]
        loop = state.inner
        if not isinstance(loop, LoopState):
            loop = state.inner = LoopState()
            self._set_deadline(state, at)
        state.status = "running"
        self.steps_total += state.scope.plan.children.get(state.node.id, 0)
        self._open_iteration(state, event.index, {"last": loop.last}, at)

    def _iteration_closed(self, event: ev.IterationClosed, at: int) -> None:
        self.closed += 1
        state = self.steps[event.step]
        inner = state.inner
        if isinstance(inner, MapState):
            for node_id in state.scope.plan.entries.get(state.node.id, ()):
                entry = self.steps.pop(f"{event.step}[{event.index}]/{node_id}", None)
                if entry is not None:
                    entry.status = "skipped"
            inner.results[event.index] = event.output
            if event.error is not None:
                inner.errors[event.index] = {"code": event.error.code, "message": event.error.message}
                if isinstance(state.node.node, MapNode) and state.node.node.failure == "fail":
                    inner.failed = inner.failed or event.error
                    self.scope_failed = True
            inner.open.discard(event.index)
            self._launch_iterations(state, at)
            return
        if not isinstance(inner, LoopState):
            inner = state.inner = LoopState()
            self._set_deadline(state, at)
        inner.index, inner.last = event.index + 1, event.output

    def _plan_made(self, event: ev.PlanMade, at: int) -> None:
        state = self.steps[event.step]
        self.flights.pop(event.step, None)
        state.inner = FlowState(compile_plan(msgspec.convert(event.graph, Graph)))
        state.status = "running"
        self._ready_again(state)

    def _subflow_started(self, event: ev.SubflowStarted, at: int) -> None:
        state = self.steps[event.step]
        flow = state.inner if isinstance(state.inner, FlowState) else FlowState()
        plan = flow.plan or state.scope.plan.subplans[state.node.id]
        state.status, state.inner, state.input, state.since = "running", flow, event.input, at
        self.suspended.pop(event.step, None)
        self._set_deadline(state, at)
        self._open_flow(state, flow, plan, event.input, at)

    def _overdue(self, event: ev.Overdue, at: int) -> None:
        error = CallError(event.code or ("run_too_long" if not event.step else "timed_out"), event.message)
        if not event.step:
            self.failure = self.failure or ("", error)
            return
        self.timers.pop(event.step, None)
        inner = self.steps[event.step].inner
        if inner is not None and not isinstance(inner, ApprovalState):
            inner.failed = inner.failed or error
            self.scope_failed = True

    def _set_deadline(self, state: StepState, at: int) -> None:
        seconds = self.seconds_for(state)
        if seconds:
            self.timers[state.step] = at + int(seconds * 1000)

    # Time, people, signals

    def _suspend(self, state: StepState, due: int, at: int) -> None:
        state.status, state.since = "suspended", at
        self.suspended[state.step] = state
        if due:
            self.timers[state.step] = due

    def _timer_started(self, event: ev.TimerStarted, at: int) -> None:
        self._suspend(self.steps[event.step], event.due, at)

    def _approval_requested(self, event: ev.ApprovalRequested, at: int) -> None:
        state = self.steps[event.step]
        question = ApprovalState(event)
        if isinstance(state.inner, FlowState):
            state.inner.approval = question
        else:
            state.inner = question
        self._suspend(state, event.due, at)

    def _approval_given(self, event: ev.ApprovalGiven, at: int) -> None:
        state = self.steps[event.step]
        self.last_command = event.command or self.last_command
        question = approval_of(state)
        assert question is not None
        question.given.append(event)
        if question.verdict is not None:
            self.timers.pop(event.step, None)
            self._ready_again(state)

    def _signal_awaited(self, event: ev.SignalAwaited, at: int) -> None:
        state = self.steps[event.step]
        state.input = event
        self._suspend(state, event.due, at)
        if self.signal_for(event) is not None:
            self._ready_again(state)

    def _signal_received(self, event: ev.SignalReceived, at: int) -> None:
        self.last_command = event.command or self.last_command
        self.signals.append(event)
        for state in self.suspended.values():
            awaited = state.input
            if isinstance(awaited, ev.SignalAwaited) and _matches(awaited, event):
                self._ready_again(state)
                return

    def signal_for(self, awaited: ev.SignalAwaited) -> ev.SignalReceived | None:
        """Return the oldest signal nobody has taken that the step waits for."""
        return next((signal for signal in self.signals if _matches(awaited, signal)), None)

    def _take_signal(self, state: StepState) -> None:
        if isinstance(state.input, ev.SignalAwaited):
            taken = self.signal_for(state.input)
            if taken is not None:
                self.signals.remove(taken)
                self._wait_on(state)

    def _wait_on(self, served: StepState) -> None:
        """Let the steps wait on that were ready for the signal which ``served`` has just taken."""
        for state, _ in self.todo:
            awaited = state.input
            if state is served or state.status != "ready" or not isinstance(awaited, ev.SignalAwaited):
                continue
            if self.signal_for(awaited) is None:
                state.status = "suspended"
                self.suspended[state.step] = state

    def _compensation_started(self, event: ev.CompensationStarted, at: int) -> None:
        self.undoing = deque(event.undo)
        self.todo.clear()
        self.timers.clear()
        self._undo_next(at)


def approval_of(state: StepState) -> ApprovalState | None:
    """Return the question to people that a step has asked."""
    return (
        state.inner.approval
        if isinstance(state.inner, FlowState)
        else (state.inner if isinstance(state.inner, ApprovalState) else None)
    )


def _matches(awaited: ev.SignalAwaited, signal: ev.SignalReceived) -> bool:
    return awaited.name == signal.name and awaited.key in ("", signal.key)


_HANDLERS: dict[type, Callable[[Fold, Any, int], None]] = {
    ev.RunStarted: Fold._run_started,
    ev.RunQueued: Fold._run_queued,
    ev.RunAdmitted: Fold._run_admitted,
    ev.RunTakenOver: Fold._nothing,
    ev.RunPaused: Fold._run_paused,
    ev.RunResumed: Fold._run_resumed,
    ev.CommandRefused: Fold._command_refused,
    ev.RunCancelRequested: Fold._run_cancel_requested,
    ev.RunCompleted: Fold._run_ended,
    ev.RunFailed: Fold._run_ended,
    ev.RunCancelled: Fold._run_ended,
    ev.RunTerminated: Fold._run_ended,
    ev.RunContinued: Fold._run_ended,
    ev.StepWaiting: Fold._step_waiting,
    ev.StepStarted: Fold._step_started,
    ev.StepCompleted: Fold._step_completed,
    ev.StepFailed: Fold._step_failed,
    ev.StepSkipped: Fold._step_skipped,
    ev.StepCancelled: Fold._step_cancelled,
    ev.MapStarted: Fold._map_started,
    ev.IterationStarted: Fold._iteration_started,
    ev.IterationClosed: Fold._iteration_closed,
    ev.PlanMade: Fold._plan_made,
    ev.SubflowStarted: Fold._subflow_started,
    ev.Overdue: Fold._overdue,
    ev.TimerStarted: Fold._timer_started,
    ev.ApprovalRequested: Fold._approval_requested,
    ev.ApprovalGiven: Fold._approval_given,
    ev.SignalAwaited: Fold._signal_awaited,
    ev.SignalReceived: Fold._signal_received,
    ev.CompensationStarted: Fold._compensation_started,
}
"""By type of event: what it does."""
