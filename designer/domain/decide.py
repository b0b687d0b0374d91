"""What becomes of a step that is ready: an event the engine can make itself, a call to an agent, or an error."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from agents.domain.calls import CallError
from agents.domain.schema_check import check, with_defaults
from agents.domain.schema_keywords import SchemaUnusableError
from designer.domain import events as ev
from designer.domain import nodes as kinds
from designer.domain.apart import set_apart, stands_apart
from designer.domain.expression_work import METER
from designer.domain.expressions import ExpressionError
from designer.domain.graph import MAX_NESTING, StartNode
from designer.domain.passing_on import Evaluate
from designer.domain.plan import Plan
from designer.domain.state import ApprovalState, FlowState, LoopState, MapState, StepState, depth
from designer.domain.times import Moment, due_after, due_at
from designer.domain.values import as_text

MAX_ITEMS = 10_000
CONDITIONS_ARE_STRICT: Final = 3
"""The rules since which a condition that gives neither true nor false is an error wherever it stands."""
_SHOWN: Final = 200


class CallAgent(msgspec.Struct, frozen=True):
    """The step needs an agent; ``value`` is the input, ``cache_key`` what makes calls equal (None: the input)."""

    value: Any
    cache_key: Any = None
    goal: str = ""


Move = (
    ev.StepCompleted
    | ev.StepSkipped
    | ev.MapStarted
    | ev.IterationStarted
    | ev.SubflowStarted
    | ev.TimerStarted
    | ev.ApprovalRequested
    | ev.SignalAwaited
)


class Decision(msgspec.Struct, frozen=True):
    """What to do, with the values that are too large for an event by digest: to be stored before the event is."""

    what: Move | CallAgent | CallError
    apart: Mapping[str, bytes]


_NOTHING: Mapping[str, bytes] = {}


def decide(state: StepState, now: int, rules: int = ev.RULES) -> Decision:
    """Return what to do with a ready step at ``now`` (ms), by the ``rules`` its run began under.

    Expressions that fail become errors of the step.
    """
    if state.dead:
        return Decision(ev.StepSkipped(state.step, "Its branch was not taken."), _NOTHING)
    scope = state.scope.scope
    try:
        with METER.together():
            if state.node.run_if is not None and _is_new(state):
                goes = _holds(state.node.run_if, scope, "/run_if", rules)
                if goes is not True:
                    skipped = ev.StepSkipped(state.step, "Its condition was not true.", port="out")
                    return Decision(goes or skipped, _NOTHING)
            what = _by_kind(state, scope, now, rules)
        return _apart(what)
    except (ExpressionError, SchemaUnusableError) as error:
        return Decision(CallError(error.code, error.message), _NOTHING)


def _is_new(state: StepState) -> bool:
    return state.inner is None and not isinstance(state.input, ev.SignalAwaited)


def _by_kind(  # noqa: PLR0912
    state: StepState, scope: Mapping[str, Any], now: int, rules: int
) -> Move | CallAgent | CallError:
    planned = state.node
    if planned.is_call and not isinstance(state.inner, FlowState):
        return _call(state, scope)
    match planned.node:
        case kinds.TransformNode() | kinds.EndNode():
            return ev.StepCompleted(state.step, planned.compute(scope))
        case kinds.ConditionNode():
            return _condition(state, planned.compute(scope))
        case kinds.SwitchNode():
            return _switch(state, scope, rules)
        case kinds.JoinNode():
            return ev.StepCompleted(state.step, {"taken": state.taken})
        case kinds.MapNode():
            return _map(state, scope)
        case kinds.LoopNode():
            return _loop(state, planned.node, scope)
        case kinds.WorkflowNode():
            return _workflow(state, scope)
        case kinds.PlanNode():
            return _plan(state, planned.node)
        case kinds.WaitNode():
            return _wait(state, planned.compute(scope), now)
        case kinds.ApprovalNode():
            return _approval(state, planned.node, scope, now)
        case kinds.SignalNode():
            return _signal(state, planned.node, scope, now)
        case node:
            return CallError("unknown_kind", f"The engine does not know how to run a {type(node).__name__}.")


def _call(state: StepState, scope: Mapping[str, Any]) -> CallAgent:
    value = state.node.compute(scope)
    key = None if state.node.cache_key is None else state.node.cache_key(scope)
    if isinstance(state.node.node, kinds.IntentNode):
        return CallAgent(value["input"], key, as_text(value["goal"]))
    return CallAgent(value, key)


def _holds(condition: Evaluate, scope: Mapping[str, Any], field: str, rules: int) -> bool | CallError:
    value = condition(scope)
    if isinstance(value, bool):
        return value
    return _no_condition(value, field) if rules >= CONDITIONS_ARE_STRICT else False


def _no_condition(value: Any, field: str) -> CallError:
    shown = repr(value)
    shown = shown if len(shown) <= _SHOWN else f"{shown[:_SHOWN]}…"
    return CallError("not_a_condition", f"The condition gave {shown}, not true or false.", field=field)


def _switch(state: StepState, scope: Mapping[str, Any], rules: int) -> Move | CallError:
    for index, (port, condition) in enumerate(state.node.cases):
        holds = _holds(condition, scope, f"/cases/{index}/expression", rules)
        if isinstance(holds, CallError):
            return holds
        if holds:
            return ev.StepCompleted(state.step, {"case": port}, port=port)
    return ev.StepCompleted(state.step, {"case": "default"}, port="default")


def _condition(state: StepState, value: Any) -> Move | CallError:
    if not isinstance(value, bool):
        return _no_condition(value, "/expression")
    return ev.StepCompleted(state.step, {"result": value}, port="true" if value else "false")


def _map(state: StepState, scope: Mapping[str, Any]) -> Move | CallError:
    progress = state.inner
    if not isinstance(progress, MapState):
        items = state.node.compute(scope)
        if not isinstance(items, list):
            return CallError("not_a_list", f"`items` must be a list, not {type(items).__name__}.", field="/items")
        if len(items) > MAX_ITEMS:
            return CallError(
                "too_many_items", f"`items` has {len(items)} entries; {MAX_ITEMS} are allowed.", field="/items"
            )
        return ev.MapStarted(state.step, len(items))
    if progress.failed is not None:
        return progress.failed
    return ev.StepCompleted(state.step, {"results": progress.results, "errors": progress.errors})


def _loop(state: StepState, node: kinds.LoopNode, scope: Mapping[str, Any]) -> Move | CallError:
    loop = state.inner if isinstance(state.inner, LoopState) else LoopState()
    if loop.failed is not None:
        return loop.failed
    goes_on = state.node.compute({**scope, "index": loop.index, "last": loop.last})
    if not isinstance(goes_on, bool):
        return _no_condition(goes_on, "/condition")
    if not goes_on:
        return ev.StepCompleted(state.step, {"iterations": loop.index, "last": loop.last})
    if loop.index >= node.max_iterations:
        message = f"The condition still holds after {loop.index} iterations, and no more are allowed."
        return CallError("too_many_iterations", message, field="/max_iterations")
    return ev.IterationStarted(state.step, loop.index)


def _workflow(state: StepState, scope: Mapping[str, Any]) -> Move | CallError:
    if isinstance(state.inner, FlowState):
        return _flow_ended(state, state.inner)
    plan = state.scope.plan.subplans.get(state.node.id)
    if plan is None:
        return CallError("version_unusable", "The workflow this step runs is not there.", field="/workflow")
    return _enter(state, plan, state.node.compute(scope))


def _enter(state: StepState, plan: Plan, value: Any) -> Move | CallError:
    if depth(state.scope) >= MAX_NESTING:
        return CallError("too_deep", f"Workflows, maps and loops may stand {MAX_NESTING} deep inside each other.")
    schema = next((node.schema for node in plan.graph.nodes if isinstance(node, StartNode)), {})
    value = with_defaults(schema, value)
    if wrong := [error for error in check(schema, value) if not stands_apart(value, error.pointer)]:
        message = f"The inner workflow does not take this input: {wrong[0].pointer or 'it'}: {wrong[0].message}"
        return CallError("invalid_input", message, field=f"/input{wrong[0].pointer}")
    return ev.SubflowStarted(state.step, value, getattr(state.node.node, "version_id", ""))


def _flow_ended(state: StepState, flow: FlowState) -> Move | CallError:
    if flow.failed is not None:
        return flow.failed
    return ev.StepCompleted(state.step, flow.scope.output if flow.scope else {}, attempt=max(1, state.attempt))


def _plan(state: StepState, node: kinds.PlanNode) -> Move | CallError:
    flow = state.inner
    assert isinstance(flow, FlowState)
    assert flow.plan is not None
    if flow.scope is not None or flow.failed is not None:
        return _flow_ended(state, flow)
    if node.approve and flow.approval is None:
        return ev.ApprovalRequested(state.step, "Run this plan?", node.approvers)
    verdict = flow.approval.verdict if flow.approval else None
    if verdict is not None and not verdict.approved:
        return CallError("plan_rejected", f"{verdict.by or 'Somebody'} rejected the plan. {verdict.comment}".strip())
    inputs = state.input.get("inputs", {}) if isinstance(state.input, dict) else {}
    return _enter(state, flow.plan, inputs)


def _wait(state: StepState, value: Mapping[str, Any], now: int) -> Move | CallError:
    found = due_at(value["until"], now) if value["until"] not in (None, "") else due_after(value["seconds"], now)
    if not isinstance(found, Moment):
        return found
    if found.ms <= now:
        return ev.StepCompleted(state.step, {"until": found.text})
    return ev.TimerStarted(state.step, found.ms)


def _due(timeout_s: float | None, now: int) -> int:
    return now + int(timeout_s * 1000) if timeout_s else 0


def _approval(state: StepState, node: kinds.ApprovalNode, scope: Mapping[str, Any], now: int) -> Move:
    if isinstance(state.inner, ApprovalState) and (verdict := state.inner.verdict):
        said = {"approved": verdict.approved, "by": verdict.by, "comment": verdict.comment, "data": verdict.data}
        return ev.StepCompleted(state.step, said, port="approved" if verdict.approved else "rejected")
    message = as_text(state.node.compute(scope))[:10_000]
    due = _due(node.timeout_s, now)
    return ev.ApprovalRequested(state.step, message, node.approvers, node.groups, node.needed, node.schema, due)


def _signal(state: StepState, node: kinds.SignalNode, scope: Mapping[str, Any], now: int) -> Move:
    key = state.node.compute(scope)
    return ev.SignalAwaited(state.step, node.name, as_text(key), _due(node.timeout_s, now))


def _apart(what: Move | CallAgent | CallError) -> Decision:
    """Set values apart that may not stand in an event; too large ones are errors."""
    if isinstance(what, ev.StepCompleted):
        place, value = "output", what.output
    elif isinstance(what, CallAgent):
        place, value = "input", what.value
    elif isinstance(what, ev.SubflowStarted):
        place, value = "input", what.input
    else:
        return Decision(what, _NOTHING)
    found = set_apart(place, value)
    if found is None:
        return Decision(what, _NOTHING)
    if isinstance(found, CallError):
        return Decision(found, _NOTHING)
    changed, stored = found
    if isinstance(what, CallAgent):
        return Decision(CallAgent(changed, what.cache_key, what.goal), stored)
    if isinstance(what, ev.SubflowStarted):
        return Decision(ev.SubflowStarted(what.step, changed, what.version_id), stored)
    return Decision(ev.StepCompleted(what.step, changed, what.port, what.attempt), stored)
