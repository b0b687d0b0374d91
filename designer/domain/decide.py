"""What becomes of a step that is ready: an event the engine can make itself, a call to an agent, or an error."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from agents.domain.calls import INLINE_LIMIT, CallError
from designer.domain import events as ev
from designer.domain.expressions import ExpressionError
from designer.domain.graph import ConditionNode, EndNode, JoinNode, MapNode, SwitchNode, TransformNode
from designer.domain.plan import CALLS
from designer.domain.state import StepState

MAX_ITEMS = 10_000


@dataclass(frozen=True, slots=True)
class CallAgent:
    """The step needs an agent; ``value`` is the input."""

    value: Any


Decision = ev.StepCompleted | ev.StepSkipped | ev.MapStarted | CallAgent | CallError


def decide(state: StepState) -> Decision:
    """Return what to do with a ready step. Expressions that fail become errors of the step."""
    if state.dead:
        return ev.StepSkipped(state.step, "Its branch was not taken.")
    scope = state.scope.scope
    try:
        if state.node.run_if is not None and state.map is None and state.node.run_if(scope) is not True:
            return ev.StepSkipped(state.step, "Its condition was not true.", port="out")
        return _checked(state, _by_kind(state, scope))
    except ExpressionError as error:
        return CallError(error.code, error.message)


def _by_kind(state: StepState, scope: Mapping[str, Any]) -> Decision:
    planned = state.node
    match planned.node:
        case ConditionNode():
            return _condition(state, planned.compute(scope))
        case SwitchNode():
            port = next((name for name, holds in planned.cases if holds(scope) is True), "default")
            return ev.StepCompleted(state.step, {"case": port}, port=port)
        case TransformNode() | EndNode():
            return ev.StepCompleted(state.step, planned.compute(scope))
        case JoinNode():
            return ev.StepCompleted(state.step, {"taken": state.taken})
        case MapNode():
            return _map(state, scope)
        case node if isinstance(node, CALLS):
            return CallAgent(planned.compute(scope))
        case node:
            return CallError("unknown_kind", f"The engine does not know how to run a {type(node).__name__}.")


def _condition(state: StepState, value: Any) -> Decision:
    if not isinstance(value, bool):
        return CallError("not_a_condition", f"The condition gave {value!r}, not true or false.", field="/expression")
    return ev.StepCompleted(state.step, {"result": value}, port="true" if value else "false")


def _map(state: StepState, scope: Mapping[str, Any]) -> Decision:
    progress = state.map
    if progress is None:
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


def _checked(state: StepState, decision: Decision) -> Decision:
    """Refuse a value that may not stand in an event."""
    value = decision.output if isinstance(decision, ev.StepCompleted) else getattr(decision, "value", None)
    size = len(msgspec.json.encode(value))
    if size > INLINE_LIMIT:
        what = "output" if isinstance(decision, ev.StepCompleted) else "input"
        message = f"The {what} is {size // 1024} KB; {INLINE_LIMIT // 1024} KB are allowed. Pass large data as a file or table."
        return CallError("value_too_large", message, field=f"/{what}")
    return decision
