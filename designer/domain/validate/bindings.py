"""Checks of every expression: it compiles, names steps that come before, and gives what is taken."""

import difflib
from collections.abc import Iterator, Mapping
from typing import Any

from designer.domain.expressions import Expression, StepReference
from designer.domain.graph import (
    ApprovalNode,
    ConditionNode,
    EndNode,
    IntentNode,
    LoopNode,
    MapNode,
    Node,
    PlanNode,
    Problem,
    SignalNode,
    SwitchNode,
    TransformNode,
    WaitNode,
    WorkflowNode,
)
from designer.domain.plan import CALLS
from designer.domain.types import ANYTHING, Schema, fits, schema_at
from designer.domain.validate.outcomes import outcome
from designer.domain.validate.scope import Sight
from designer.domain.values import Fault, Placed, expressions_in


def check_bindings(sight: Sight) -> Iterator[Problem]:
    """Yield what is wrong with the expressions of every node."""
    for node in sight.nodes.values():
        for field, value, inside in _places(node):
            yield from _check_value(sight, node, field, value, inside)


def _places(node: Node) -> Iterator[tuple[str, Any, bool]]:  # noqa: PLR0912  # one line a kind
    """Yield (JSON pointer, value, whether it is evaluated inside the node's own iteration)."""
    if run_if := getattr(node, "run_if", ""):
        yield "/run_if", run_if, False
    if isinstance(node, CALLS):
        yield "/input", node.input, False
        yield "/cache/key", node.cache.key if node.cache else None, False
    match node:
        case IntentNode():
            yield "/goal", node.goal, False
        case PlanNode():
            yield "/instruction", node.instruction, False
        case ConditionNode():
            yield "/expression", node.expression, False
        case SwitchNode():
            for index, case in enumerate(node.cases):
                yield f"/cases/{index}/expression", case.expression, False
        case MapNode():
            yield "/items", node.items, False
            yield "/output", node.output, True
        case LoopNode():
            yield "/condition", node.condition, True
            yield "/output", node.output, True
        case TransformNode() | EndNode():
            yield "/output", node.output, False
        case WorkflowNode():
            yield "/input", node.input, False
        case WaitNode():
            yield "/seconds", node.seconds, False
            yield "/until", node.until, False
        case ApprovalNode():
            yield "/message", node.message, False
        case SignalNode():
            yield "/key", node.key, False
        case _:
            return


def _check_value(sight: Sight, node: Node, field: str, value: Any, inside: bool) -> Iterator[Problem]:
    visible = sight.visible(node, inside=inside)
    for found in expressions_in(value, field):
        if isinstance(found, Fault):
            yield Problem("bad_expression", found.message, node=node.id, field=found.pointer, column=found.column)
            continue
        yield from _check_names(sight, node, found, visible, inside)


def _check_names(sight: Sight, node: Node, placed: Placed, visible: set[str], inside: bool) -> Iterator[Problem]:
    expression = placed.expression
    for reference in expression.steps:
        problem = _step_problem(sight, reference, visible)
        if problem:
            code, message, severity = problem
            column = placed.offset + reference.column
            yield Problem(code, message, severity, node=node.id, field=placed.pointer, column=column)
    known = sight.round_names(node, inside=inside)
    for name, where in (("item", "a map"), ("index", "a map or loop"), ("last", "a loop")):
        if name in expression.roots and name not in known:
            message = f"`{name}` means something only inside {where}."
            yield Problem("outside_map", message, node=node.id, field=placed.pointer, column=placed.offset + 1)
    if expression.is_path and "input" in expression.roots:
        _, missing = schema_at(sight.input_schema, expression.source.strip().split(".")[1:])
        if missing:
            message = f"The Start node declares no input `{missing}`{_nearest(missing, sight.input_schema)}"
            yield Problem(
                "unknown_input", message, "warning", node=node.id, field=placed.pointer, column=placed.offset + 1
            )


def _step_problem(sight: Sight, reference: StepReference, visible: set[str]) -> tuple[str, str, Any] | None:
    step = reference.step
    if step not in sight.nodes:
        close = difflib.get_close_matches(step, visible, 1)
        hint = f"; did you mean `{close[0]}`?" if close else "."
        return "unknown_step", f"There is no step `{step}`{hint}", "error"
    if step not in visible:
        return "step_not_before", f"`{step}` does not come before this node, so its output is not there yet.", "error"
    schema = sight.output_of(step)
    _, missing = schema_at(schema, reference.path)
    if missing:
        return "unknown_output", f"`{step}` gives no `{missing}`{_nearest(missing, schema)}", "error"
    return None


def _nearest(name: str, schema: Schema) -> str:
    known = list(schema.get("properties", {}))
    close = difflib.get_close_matches(name, known, 1)
    if close:
        return f"; did you mean `{close[0]}`?"
    return f" (it has {', '.join(known[:8])})." if known else "."


def schema_of(sight: Sight, expression: Expression) -> Schema:
    """Return the schema of what an expression gives, as far as that can be known; else an open one."""
    if not expression.is_path:
        return outcome(expression.source)
    path = expression.source.strip().split(".")
    if path[0] == "input":
        return schema_at(sight.input_schema, path[1:])[0]
    if path[0] == "steps" and len(path) > 1 and path[1] in sight.nodes:
        return schema_at(sight.output_of(path[1]), path[2:])[0]
    return ANYTHING


def mismatch(sight: Sight, value: Any, wanted: Mapping[str, Any]) -> str:
    """Return why a text with expressions can never fit; empty when it can, or has none."""
    found = list(expressions_in(value)) if isinstance(value, str) else []
    placed = [each for each in found if isinstance(each, Placed)]
    if not found or len(placed) < len(found):
        return ""
    return fits(schema_of(sight, placed[0].expression) if placed[0].whole else {"type": "string"}, wanted)
