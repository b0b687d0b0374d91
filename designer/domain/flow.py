"""How a run moves on: along edges, into iterations and inner workflows, out of them, and back through compensation."""

from collections import deque
from typing import Any, Final

from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.domain.expressions import ExpressionError
from designer.domain.graph import EndNode, JoinNode, LoopNode, MapNode
from designer.domain.plan import Plan, PlanNode
from designer.domain.state import FlowState, Inner, LoopState, MapState, ScopeState, StepState, abandoned
from designer.domain.values import check_room

SKIPPED_UNDOES_NOTHING: Final = 3
"""The rules since which a step whose compensation handler was skipped does not count as compensated."""
INNER_TIME_COUNTS: Final = 3
"""The rules since which the time limit of a workflow holds inside other workflows."""


class Flow:
    """The state of a run, and the moves that events make in it.

    ``todo`` holds the steps that a decision is due for, in the order they became so, each with its turn: one that has
    had a later turn since is passed over, as a log that is read again takes none out. ``timers`` when (ms) waiting steps
    and containers are over; ``suspended`` what waits for time, people or signals; ``closed`` counts the iterations of
    which the log, a compact one, has only what they gave.
    """

    def __init__(self, plan: Plan) -> None:
        """Start empty; the first event must be ``RunStarted``."""
        self.plan = plan
        self.steps: dict[str, StepState] = {}
        self.todo: deque[tuple[StepState, int]] = deque()
        self.flights: dict[str, ev.StepStarted] = {}
        self.retries: dict[str, StepState] = {}
        self.suspended: dict[str, StepState] = {}
        self.timers: dict[str, int] = {}
        self.signals: list[ev.SignalReceived] = []
        self.started: ev.RunStarted | None = None
        self.outcome: ev.Event | None = None
        self.cancel: ev.RunCancelRequested | None = None
        self.paused: ev.RunPaused | None = None
        self.queued: ev.RunQueued | None = None
        self.failure: tuple[str, CallError] | None = None
        self.undoable: list[str] = []
        self.undoing: deque[ev.Undo] | None = None
        self.undo_failed = False
        self.steps_done = 0
        self.steps_total = plan.steps_total
        self.scope_failed = False
        self.changed_at = 0
        self.closed = 0
        self.last_command = ""
        self.root = ScopeState(plan, "", {})

    @property
    def rules(self) -> int:
        """The rules the run began under: see ``events.RULES``."""
        return self.started.rules if self.started is not None else ev.RULES

    @property
    def output(self) -> dict[str, Any]:
        """What the end nodes have given so far."""
        return self.root.output

    @property
    def stopping(self) -> bool:
        """Whether the run was cancelled or has failed and only waits for what is in flight, or is being undone."""
        return self.failure is not None or self.cancel is not None

    def wanted(self, state: StepState) -> bool:
        """Return whether anybody still waits for this step."""
        if state.undoes:
            return True
        scope = state.scope
        if abandoned(scope):
            return False
        if not self.stopping:
            return True
        while scope.owner is not None and not scope.owner.undoes:
            scope = scope.owner.scope
        return scope.owner is not None

    def _state(self, scope: ScopeState, node: PlanNode) -> StepState:
        step = scope.prefix + node.id
        state = self.steps.get(step)
        if state is None:
            state = self.steps[step] = StepState(step, node, scope)
        return state

    def _propagate(self, node: PlanNode, scope: ScopeState, port: str | None, at: int) -> None:
        for edge in node.outgoing:
            self._resolve_edge(self._state(scope, scope.plan.nodes[edge.target]), edge.port == port, at)

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
        if not state.undoes:
            state.scope.live += 1
        self._due(state)

    def _ready_again(self, state: StepState) -> None:
        """A decision is due for a step that has begun: its iteration, inner workflow or people are done."""
        if state.status in ("running", "suspended"):
            state.status = "ready"
            self.suspended.pop(state.step, None)
            self._due(state)

    def _due(self, state: StepState) -> None:
        state.turn += 1
        self.todo.append((state, state.turn))

    def _finish(self, state: StepState, port: str | None, at: int) -> None:
        """Settle a finished step: lead on along ``port``, or nowhere when nobody waits for it or it was cancelled."""
        self.flights.pop(state.step, None)
        self.retries.pop(state.step, None)
        if self.timers:
            self.timers.pop(state.step, None)
        if self.suspended:
            self.suspended.pop(state.step, None)
        state.since = at
        if state.undoes:
            self._undone(state, at)
            return
        self.steps_done += 1
        if port is not None and state.node.outgoing and self.wanted(state):
            self._propagate(state.node, state.scope, port, at)
        self._leave(state.scope, at)

    def _leave(self, scope: ScopeState, at: int) -> None:
        scope.live -= 1
        if scope.live == 0 and scope.owner is not None:
            self._close_scope(scope, scope.owner, at)

    # Iterations and inner workflows

    def _open_scope(
        self, owner: StepState, plan: Plan, prefix: str, values: dict[str, Any], *, around: bool
    ) -> ScopeState:
        scope = ScopeState(plan, prefix, values, owner.scope if around else None)
        scope.owner = owner
        scope.live = 1
        return scope

    def _open_iteration(self, owner: StepState, index: int, more: dict[str, Any], at: int) -> None:
        inherited = {name: value for name, value in owner.scope.scope.items() if name != "steps"}
        plan = owner.scope.plan
        values = {**inherited, **more, "index": index}
        scope = self._open_scope(owner, plan, f"{owner.step}[{index}]/", values, around=True)
        scope.index = index
        for node_id in plan.entries.get(owner.node.id, ()):
            self._activate(self._state(scope, plan.nodes[node_id]), at)
        self._leave(scope, at)

    def _open_flow(self, owner: StepState, flow: FlowState, plan: Plan, value: Any, at: int) -> None:
        run = self.root.scope["run"]
        flow.scope = scope = self._open_scope(owner, plan, f"{owner.step}/", {"input": value, "run": run}, around=False)
        self.steps_total += plan.steps_total
        start = plan.nodes.get(plan.start)
        if start is not None:
            self._propagate(start, scope, "out", at)
        self._leave(scope, at)

    def seconds_for(self, state: StepState) -> float:
        """Return how long a container may take: what its step says, or the workflow in it if that is less; 0: for ever."""
        node, flow = state.node.node, state.inner
        # That of a plan is the time of each attempt to make one.
        limits = [None if state.node.is_call else getattr(node, "timeout_s", None)]
        if isinstance(flow, FlowState) and self.rules >= INNER_TIME_COUNTS:
            plan = flow.plan or state.scope.plan.subplans[state.node.id]
            limits.append(plan.graph.settings.timeout_s)
        return min((seconds for seconds in limits if seconds), default=0)

    def _launch_iterations(self, state: StepState, at: int) -> None:
        """Begin iterations while the map's concurrency allows; when none is open any more a decision is due."""
        progress = state.inner
        assert isinstance(progress, MapState)
        assert isinstance(state.node.node, MapNode)
        limit = max(1, state.node.node.concurrency)
        stop = progress.failed is not None or self.stopping
        while not stop and len(progress.open) < limit and progress.next_index < len(progress.items):
            index = progress.next_index
            progress.next_index += 1
            progress.open.add(index)
            self._open_iteration(state, index, {"item": progress.items[index]}, at)
            stop = progress.failed is not None
        if not progress.open:
            self._ready_again(state)

    def _close_scope(self, scope: ScopeState, owner: StepState, at: int) -> None:
        inner = owner.inner
        if isinstance(inner, MapState):
            self._close_map_iteration(scope, owner, inner, at)
        elif isinstance(inner, LoopState):
            if scope.failed is None:
                inner.last = self._iteration_output(scope, owner)
            inner.failed = inner.failed or scope.failed
            inner.index = scope.index + 1
            self._ready_again(owner)
        elif isinstance(inner, FlowState):
            inner.failed = inner.failed or scope.failed
            self._ready_again(owner)

    def _close_map_iteration(self, scope: ScopeState, owner: StepState, progress: MapState, at: int) -> None:
        if scope.failed is None:
            progress.results[scope.index] = self._iteration_output(scope, owner)
        if scope.failed is not None:
            progress.errors[scope.index] = {"code": scope.failed.code, "message": scope.failed.message}
        progress.open.discard(scope.index)
        self._launch_iterations(owner, at)

    def _iteration_output(self, scope: ScopeState, owner: StepState) -> Any:
        """Return what an iteration gives; an expression that fails makes the iteration fail."""
        node = owner.node.node
        assert isinstance(node, (MapNode, LoopNode))
        plan = owner.scope.plan
        if node.output is None:
            sinks = plan.sinks.get(owner.node.id, ())
            if len(sinks) == 1:
                return scope.steps.get(sinks[0])
            return {sink: scope.steps.get(sink) for sink in sinks}
        try:
            value = plan.outputs[owner.node.id](scope.scope)
            if owner.node.id in plan.growing:
                _take_room(owner.inner, value)
            return value
        except ExpressionError as error:
            scope.failed = CallError(error.code, error.message, field="/output")
            inner = owner.inner
            if isinstance(inner, MapState) and isinstance(node, MapNode) and node.failure == "fail":
                inner.failed = inner.failed or scope.failed
                self.scope_failed = True
            return None

    def _fail_scope(self, scope: ScopeState, step: str, error: CallError) -> None:
        """A step has failed for good: so has its iteration, inner workflow or run."""
        owner = scope.owner
        if owner is None:
            self.failure = self.failure or (step, error)
            return
        scope.failed = scope.failed or error
        self.scope_failed = True
        node = owner.node.node
        if isinstance(owner.inner, MapState) and isinstance(node, MapNode) and node.failure == "fail":
            owner.inner.failed = owner.inner.failed or error

    # Compensation

    def _gather(self, state: StepState, event: ev.StepCompleted) -> None:
        """Take note of what a completed step leaves behind: output of the run, something to undo."""
        if isinstance(state.node.node, EndNode) and isinstance(event.output, dict):
            state.scope.frame.output.update(event.output)
        if state.node.undo and not event.cached:
            self.undoable.append(state.step)

    def _undo_next(self, at: int) -> None:
        """Make the next compensation handler ready."""
        assert self.undoing is not None
        if self.undoing:
            undo = self.undoing[0]
            undone = self.steps[undo.step]
            handler = StepState(undo.handler, undone.scope.plan.nodes[undone.node.undo], undone.scope)
            handler.undoes = undo.step
            self.steps[undo.handler] = handler
            self.steps_total += 1
            self._activate(handler, at)

    def _undone(self, handler: StepState, at: int) -> None:
        assert self.undoing is not None
        self.steps_done += 1
        undone = self.steps[handler.undoes]
        if handler.status == "failed":
            self.undo_failed = True
        elif handler.status != "skipped" or self.rules < SKIPPED_UNDOES_NOTHING:
            undone.status, undone.since = "compensated", at
        self.undoing.popleft()
        self._undo_next(at)


def _take_room(container: Inner | None, value: Any) -> None:
    """Refuse what an iteration made when it, or all that the map's iterations made, is larger than a value may be."""
    if isinstance(container, MapState):
        container.room = check_room(value, container.room)
    else:
        check_room(value)
