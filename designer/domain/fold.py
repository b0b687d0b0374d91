"""Events in, state out. Nothing else changes a run's state, so replaying a log gives the same state every time."""

from collections import deque
from collections.abc import Callable
from typing import Any

from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.domain.expressions import ExpressionError
from designer.domain.graph import JoinNode, MapNode
from designer.domain.plan import Plan, PlanNode
from designer.domain.state import MapState, ScopeState, StepState

INFRASTRUCTURE = frozenset({"node_lost", "overloaded", "unavailable", "worker_crashed"})
"""Errors that are nobody's fault in the workflow: tried again on another instance, beside the step's own retry policy."""


class Fold:
    """The state of a run. ``todo`` holds the steps that a decision is due for, in the order they became so."""

    def __init__(self, plan: Plan) -> None:
        """Start empty; the first event must be ``RunStarted``."""
        self.plan = plan
        self.steps: dict[str, StepState] = {}
        self.todo: deque[StepState] = deque()
        self.flights: dict[str, ev.StepStarted] = {}
        self.retries: dict[str, StepState] = {}
        self.started: ev.RunStarted | None = None
        self.outcome: ev.Event | None = None
        self.cancel: ev.RunCancelRequested | None = None
        self.failure: tuple[str, CallError] | None = None
        self.output: dict[str, Any] = {}
        self.steps_done = 0
        self.steps_total = plan.steps_total
        self.scope_failed = False
        self.root = ScopeState("", {})

    def apply(self, event: ev.Event, at: int) -> None:
        """Fold one event in (``at``: ms)."""
        _HANDLERS[type(event)](self, event, at)

    def _run_taken_over(self, event: ev.RunTakenOver, at: int) -> None:
        """Who drives changes nothing in what the run does next."""

    def _run_started(self, event: ev.RunStarted, at: int) -> None:
        self.started = event
        run = {"id": event.run_id, "workflow_id": event.workflow_id, "started_by": event.started_by}
        self.root = ScopeState("", {"input": event.input, "run": run})
        self.root.live = 1
        start = self.plan.nodes.get(self.plan.start)
        if start is not None:
            self._propagate(start, self.root, "out", at)
        self.root.live -= 1

    def _run_cancel_requested(self, event: ev.RunCancelRequested, at: int) -> None:
        self.cancel = self.cancel or event

    def _run_ended(self, event: ev.Event, at: int) -> None:
        self.outcome = event

    def _step_waiting(self, event: ev.StepWaiting, at: int) -> None:
        self.steps[event.step].waiting_code = event.code

    def _step_started(self, event: ev.StepStarted, at: int) -> None:
        state = self.steps[event.step]
        state.status, state.attempt, state.started, state.waiting_code = "running", event.attempt, event, ""
        state.input = event.input
        self.flights[event.step] = event
        self.retries.pop(event.step, None)

    def _step_completed(self, event: ev.StepCompleted, at: int) -> None:
        state = self.steps[event.step]
        state.status, state.output = "completed", event.output
        state.scope.steps[state.node.id] = event.output
        if state.node.node.__struct_config__.tag == "end" and isinstance(event.output, dict):
            self.output.update(event.output)
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
        state.error = event.error
        if event.error.code in INFRASTRUCTURE:
            state.redeliveries += 1
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
            self._scope_failed(state.scope, event)
            self._finish(state, None, at)

    def _scope_failed(self, scope: ScopeState, event: ev.StepFailed) -> None:
        if scope.owner is None:
            self.failure = self.failure or (event.step, event.error)
            return
        scope.failed = scope.failed or event.error
        self.scope_failed = True
        node = scope.owner.node.node
        if isinstance(node, MapNode) and node.failure == "fail" and scope.owner.map is not None:
            scope.owner.map.failed = scope.owner.map.failed or event.error

    def _map_started(self, event: ev.MapStarted, at: int) -> None:
        state = self.steps[event.step]
        items = state.node.compute(state.scope.scope)
        state.status, state.map = "running", MapState(list(items))
        self.steps_total += event.count * self.plan.children.get(state.node.id, 0)
        self._launch_iterations(state, at)

    def _launch_iterations(self, state: StepState, at: int) -> None:
        """Begin iterations while the map's concurrency allows; when none is open any more a decision is due."""
        progress = state.map
        assert progress is not None
        assert isinstance(state.node.node, MapNode)
        limit = max(1, state.node.node.concurrency)
        stop = progress.failed is not None
        while not stop and len(progress.open) < limit and progress.next_index < len(progress.items):
            index = progress.next_index
            progress.next_index += 1
            progress.open.add(index)
            self._open_iteration(state, index, at)
            stop = progress.failed is not None
        if not progress.open and state.status == "running":
            state.status = "ready"
            self.todo.append(state)

    def _open_iteration(self, state: StepState, index: int, at: int) -> None:
        assert state.map is not None
        inherited = {name: value for name, value in state.scope.scope.items() if name != "steps"}
        values = {**inherited, "item": state.map.items[index], "index": index}
        scope = ScopeState(f"{state.step}[{index}]/", values, state.scope)
        scope.owner, scope.index = state, index
        scope.live = 1
        for node_id in self.plan.entries.get(state.node.id, ()):
            self._activate(self._state(scope, self.plan.nodes[node_id]), at)
        self._leave(scope, at)

    def _state(self, scope: ScopeState, node: PlanNode) -> StepState:
        step = scope.prefix + node.id
        state = self.steps.get(step)
        if state is None:
            state = self.steps[step] = StepState(step, node, scope)
        return state

    def _propagate(self, node: PlanNode, scope: ScopeState, port: str | None, at: int) -> None:
        for edge in node.outgoing:
            self._resolve_edge(self._state(scope, self.plan.nodes[edge.target]), edge.port == port, at)

    def _resolve_edge(self, state: StepState, taken: bool, at: int) -> None:
        state.resolved += 1
        state.taken += taken
        if state.status != "waiting":
            return
        node = state.node.node
        needed = 1
        early = isinstance(node, JoinNode) and node.mode != "all"
        if isinstance(node, JoinNode) and node.mode == "count":
            needed = max(1, node.count)
        if early and state.taken >= needed:
            self._activate(state, at)
        elif state.resolved == state.node.incoming:
            state.dead = state.taken < needed
            self._activate(state, at)

    def _activate(self, state: StepState, at: int) -> None:
        state.status, state.ready_at = "ready", at
        state.scope.live += 1
        self.todo.append(state)

    def _finish(self, state: StepState, port: str | None, at: int) -> None:
        """Settle a finished step: lead on along ``port``, or nowhere when the scope has failed or the step was cancelled."""
        self.flights.pop(state.step, None)
        self.retries.pop(state.step, None)
        self.steps_done += 1
        if port is not None and not self.stopping and not abandoned(state.scope):
            self._propagate(state.node, state.scope, port, at)
        self._leave(state.scope, at)

    def _leave(self, scope: ScopeState, at: int) -> None:
        scope.live -= 1
        if scope.live == 0 and scope.owner is not None:
            self._close_iteration(scope, scope.owner, at)

    def _close_iteration(self, scope: ScopeState, owner: StepState, at: int) -> None:
        progress = owner.map
        assert progress is not None
        if scope.failed is None:
            self._evaluate_iteration(scope, owner)
        if scope.failed is not None:
            progress.errors[scope.index] = {"code": scope.failed.code, "message": scope.failed.message}
        progress.open.discard(scope.index)
        self._launch_iterations(owner, at)

    def _evaluate_iteration(self, scope: ScopeState, owner: StepState) -> None:
        progress = owner.map
        assert progress is not None
        assert isinstance(owner.node.node, MapNode)
        try:
            if owner.node.node.output is not None:
                result = self.plan.outputs[owner.node.id](scope.scope)
            else:
                sinks = self.plan.sinks.get(owner.node.id, ())
                result = (
                    scope.steps.get(sinks[0]) if len(sinks) == 1 else {sink: scope.steps.get(sink) for sink in sinks}
                )
            progress.results[scope.index] = result
        except ExpressionError as error:
            scope.failed = CallError(error.code, error.message, field="/output")
            if owner.node.node.failure == "fail":
                progress.failed = progress.failed or scope.failed
                self.scope_failed = True

    @property
    def stopping(self) -> bool:
        """Whether the run was cancelled or has failed and only waits for calls in flight to stop."""
        return self.failure is not None or self.cancel is not None


def abandoned(scope: ScopeState) -> bool:
    """Return whether nobody needs this iteration any more: it, its map, or what they stand in has failed."""
    current: ScopeState | None = scope
    while current is not None and current.owner is not None:
        progress = current.owner.map
        if current.failed is not None or (progress is not None and progress.failed is not None):
            return True
        current = current.owner.scope
    return False


_HANDLERS: dict[type, Callable[[Fold, Any, int], None]] = {
    ev.RunStarted: Fold._run_started,
    ev.RunTakenOver: Fold._run_taken_over,
    ev.RunCancelRequested: Fold._run_cancel_requested,
    ev.RunCompleted: Fold._run_ended,
    ev.RunFailed: Fold._run_ended,
    ev.RunCancelled: Fold._run_ended,
    ev.StepWaiting: Fold._step_waiting,
    ev.StepStarted: Fold._step_started,
    ev.StepCompleted: Fold._step_completed,
    ev.StepFailed: Fold._step_failed,
    ev.StepSkipped: Fold._step_skipped,
    ev.StepCancelled: Fold._step_cancelled,
    ev.MapStarted: Fold._map_started,
}
