"""Checks of the kinds that repeat, wait for time, people and signals, ask for bids or run other workflows."""

import re
from collections.abc import Iterator
from typing import Any, Final

from agents.domain.calls import CallError
from agents.domain.schema_check import check
from designer.domain.graph import (
    ApprovalNode,
    IntentNode,
    LoopNode,
    Node,
    PlanNode,
    Problem,
    SignalNode,
    WaitNode,
    WorkflowNode,
)
from designer.domain.times import due_after, due_at
from designer.domain.validate.bindings import mismatch
from designer.domain.validate.execution import check_condition
from designer.domain.validate.intent import check_intent
from designer.domain.validate.schemas import check_whole
from designer.domain.validate.scope import Sight

MAX_ITERATIONS: Final = 10_000
MAX_APPROVERS: Final = 100
SIGNAL_PATTERN: Final = r"^[A-Za-z][A-Za-z0-9_.:-]{0,99}$"


def check_outside(sight: Sight, node: Node) -> Iterator[Problem]:
    """Yield what is wrong with the settings of such a node."""
    match node:
        case LoopNode():
            yield from _loop(sight, node)
        case WaitNode():
            yield from _wait(node)
        case ApprovalNode():
            yield from _approval(node)
        case SignalNode():
            yield from _signal(node)
        case WorkflowNode():
            yield from _workflow(sight, node)
        case IntentNode():
            yield from check_intent(sight, node)
        case PlanNode() if not node.instruction.strip():
            yield Problem("no_instruction", "Say what is to be done.", node=node.id, field="/instruction")
        case _:
            return


def _loop(sight: Sight, node: LoopNode) -> Iterator[Problem]:
    yield from check_condition(sight, node, "/condition", node.condition)
    if not 1 <= node.max_iterations <= MAX_ITERATIONS:
        message = f"Between 1 and {MAX_ITERATIONS} iterations may be allowed."
        yield Problem("out_of_range", message, node=node.id, field="/max_iterations")


def _wait(node: WaitNode) -> Iterator[Problem]:
    empty = (None, "")
    if node.seconds in empty and node.until in empty:
        yield Problem("no_wait", "Say how long to wait, or until when.", node=node.id, field="/seconds")
    elif node.seconds not in empty and node.until not in empty:
        yield Problem("two_waits", "Give a duration or a moment, not both.", node=node.id, field="/until")
    elif node.until not in empty and "${" not in str(node.until):
        yield from _as_problem(node, due_at(node.until))
    elif node.seconds not in empty and "${" not in str(node.seconds):
        yield from _as_problem(node, due_after(node.seconds, 0))


def _as_problem(node: Node, found: Any) -> Iterator[Problem]:
    if isinstance(found, CallError):
        yield Problem(found.code, found.message, node=node.id, field=found.field)


def _approval(node: ApprovalNode) -> Iterator[Problem]:
    people = len(node.approvers)
    if people > MAX_APPROVERS or len(node.groups) > MAX_APPROVERS:
        message = f"At most {MAX_APPROVERS} people and as many groups can be named."
        yield Problem("out_of_range", message, node=node.id, field="/approvers")
    if not 1 <= node.needed <= MAX_APPROVERS:
        message = f"Between 1 and {MAX_APPROVERS} approvals can be needed."
        yield Problem("out_of_range", message, node=node.id, field="/needed")
    elif people and not node.groups and node.needed > len(set(node.approvers)):
        message = f"{node.needed} approvals are needed, but only {len(set(node.approvers))} people may give one."
        yield Problem("too_many_needed", message, node=node.id, field="/needed")
    yield from check_whole(node, node.schema)


def _signal(node: SignalNode) -> Iterator[Problem]:
    if not re.match(SIGNAL_PATTERN, node.name):
        message = "Name the signal with letters, digits and . _ : -, beginning with a letter, such as payment.received."
        yield Problem("bad_signal", message, node=node.id, field="/name")
    yield from check_whole(node, node.schema)


def _workflow(sight: Sight, node: WorkflowNode) -> Iterator[Problem]:
    if not node.workflow:
        yield Problem("no_workflow", "Choose a workflow.", node=node.id, field="/workflow")
        return
    entry = sight.workflow_of(node)
    if entry is None:
        message = f"There is no workflow `{node.workflow}` in this project."
        yield Problem("unknown_workflow", message, node=node.id, field="/workflow")
        return
    version = entry.version(node.version)
    if version is None:
        known = ", ".join(str(number) for number in list(entry.versions)[:5])
        has = f"it has {known}" if known else "nothing of it is published yet"
        message = f"`{node.workflow}` has no version {node.version or 1} ({has})."
        yield Problem("unknown_version", message, node=node.id, field="/version")
        return
    if version.limited:
        message = f"`{node.workflow}` limits how many of its runs go on at a time; inside another workflow that does not count."
        yield Problem("limit_not_applied", message, "warning", node=node.id, field="/workflow")
    yield from _inputs(sight, node, version.input)


def _inputs(sight: Sight, node: WorkflowNode, schema: Any) -> Iterator[Problem]:
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in node.input and "default" not in properties.get(name, {}):
            title = properties.get(name, {}).get("title", name)
            yield Problem("missing_input", f"{title} is required.", node=node.id, field=f"/input/{name}")
    for name, value in node.input.items():
        wanted = properties.get(name)
        if wanted is None:
            if schema.get("additionalProperties") is False:
                message = f"`{node.workflow}` takes no `{name}`."
                yield Problem("unknown_input", message, node=node.id, field=f"/input/{name}")
        elif reason := mismatch(sight, value, wanted):
            yield Problem("type_mismatch", f"It does not fit: {reason}.", node=node.id, field=f"/input/{name}")
        elif "${" not in str(value):
            for error in check(wanted, value):
                field = f"/input/{name}{error.pointer}"
                yield Problem("bad_value", error.message, node=node.id, field=field)
