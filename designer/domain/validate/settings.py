"""Checks of what is set on each node: the agent and its inputs, conditions, retries, time-outs."""

import re
from collections.abc import Iterator
from typing import Any

from agents.domain.manifest import IntentSchema
from agents.domain.schema_check import check
from designer.domain.decide import MAX_ITEMS
from designer.domain.graph import (
    COMPENSATE,
    AgentNode,
    CallNode,
    ConditionNode,
    IntentNode,
    MapNode,
    Node,
    PlanNode,
    Problem,
    SwitchNode,
)
from designer.domain.plan import CALLS, called
from designer.domain.types import fits, schema_of_value
from designer.domain.validate.bindings import mismatch
from designer.domain.validate.execution import check_condition, check_execution
from designer.domain.validate.outside import check_outside
from designer.domain.validate.scope import Sight

MAX_CONCURRENCY = 1000
PORT_PATTERN = r"^[a-z][a-z0-9_]{0,30}$"
RESERVED_PORTS = frozenset({"error", COMPENSATE})


def check_settings(sight: Sight) -> Iterator[Problem]:
    """Yield what is wrong with the settings of every node."""
    for node in sight.nodes.values():
        if len(node.title) > 200:
            yield Problem("title_too_long", "A title has 200 characters at most.", node=node.id, field="/title")
        if isinstance(node, CALLS) and not isinstance(node, IntentNode):
            yield from _check_agent(sight, node, called(node))
        match node:
            case ConditionNode():
                yield from check_condition(sight, node, "/expression", node.expression)
            case SwitchNode():
                yield from _check_switch(sight, node)
            case MapNode():
                yield from _check_map(sight, node)
            case _:
                yield from check_outside(sight, node)
        if run_if := getattr(node, "run_if", ""):
            yield from check_condition(sight, node, "/run_if", run_if)
        yield from check_execution(node)


def _check_agent(sight: Sight, node: CallNode, name: str) -> Iterator[Problem]:
    field = "/agent" if isinstance(node, AgentNode) else ""
    if isinstance(node, AgentNode) and node.capability and not name:
        if not any(node.capability in entry.capabilities for entry in sight.catalogue.values() if entry.enabled):
            message = f"No agent in the registry offers the capability `{node.capability}`."
            yield Problem("unknown_capability", message, "warning", node=node.id, field="/capability")
        return
    if not name:
        yield Problem("no_agent", "Choose an agent.", node=node.id, field=field)
        return
    entry = sight.catalogue.get(name)
    if entry is None:
        yield Problem("unknown_agent", f"There is no agent `{name}`.", node=node.id, field=field)
        return
    if not entry.enabled:
        yield Problem("agent_disabled", f"`{name}` is disabled in the registry.", node=node.id, field=field)
    intent = entry.intent(node.version)
    if intent is None:
        known = ", ".join(list(entry.versions)[:5])
        message = f"`{name}` has no version {node.version} (it has {known})."
        yield Problem("unknown_version", message, node=node.id, field="/version")
        return
    if not isinstance(node, PlanNode):
        yield from _check_inputs(sight, node, name, intent)


def _check_inputs(sight: Sight, node: CallNode, agent: str, intent: IntentSchema) -> Iterator[Problem]:
    schema = intent.input
    properties = schema.get("properties", {})
    for name in schema.get("required", []):
        if name not in node.input:
            title = properties.get(name, {}).get("title", name)
            yield Problem("missing_input", f"{title} is required.", node=node.id, field=f"/input/{name}")
    for name, value in node.input.items():
        if name not in properties:
            if schema.get("additionalProperties") is False:
                yield Problem("unknown_input", f"`{agent}` takes no `{name}`.", node=node.id, field=f"/input/{name}")
            continue
        reason = mismatch(sight, value, properties[name])
        if reason:
            yield Problem("type_mismatch", f"It does not fit: {reason}.", node=node.id, field=f"/input/{name}")
        elif not _has_expression(value):
            yield from _check_literal(node, name, value, properties[name], schema)


def _check_literal(node: Node, name: str, value: Any, wanted: Any, whole: Any) -> Iterator[Problem]:
    schema = {**wanted, "$defs": whole["$defs"]} if "$defs" in whole else wanted
    for error in check(schema, value):
        yield Problem("bad_value", error.message, node=node.id, field=f"/input/{name}{error.pointer}")


def _has_expression(value: Any) -> bool:
    if isinstance(value, str):
        return "${" in value
    if isinstance(value, dict):
        return any(_has_expression(entry) for entry in value.values())
    return isinstance(value, list) and any(_has_expression(entry) for entry in value)


def _check_switch(sight: Sight, node: SwitchNode) -> Iterator[Problem]:
    if not node.cases:
        yield Problem("no_cases", "Add at least one case.", node=node.id, field="/cases")
    seen = {"default"}
    for index, case in enumerate(node.cases):
        if case.port in RESERVED_PORTS:
            message = f"`{case.port}` cannot name a case: it is a way out with a meaning of its own."
            yield Problem("bad_case", message, node=node.id, field=f"/cases/{index}/port")
        elif case.port in seen or not re.match(PORT_PATTERN, case.port):
            message = f"`{case.port}` cannot name a case: it must be unique, lower-case letters, digits and _."
            yield Problem("bad_case", message, node=node.id, field=f"/cases/{index}/port")
        seen.add(case.port)
        yield from check_condition(sight, node, f"/cases/{index}/expression", case.expression)


def _no_list(sight: Sight, items: Any) -> str:
    if isinstance(items, str) and "${" in items:
        return mismatch(sight, items, {"type": "array"})
    return fits(schema_of_value(items), {"type": "array"})


def _check_map(sight: Sight, node: MapNode) -> Iterator[Problem]:
    if node.items in (None, ""):
        yield Problem("no_items", "Say what to go through, such as ${ input.names }.", node=node.id, field="/items")
    elif isinstance(node.items, list):
        if len(node.items) > MAX_ITEMS:
            message = f"`items` has {len(node.items)} entries; {MAX_ITEMS} are allowed."
            yield Problem("too_many_items", message, node=node.id, field="/items")
    elif reason := _no_list(sight, node.items):
        yield Problem("type_mismatch", f"Items must be a list: {reason}.", node=node.id, field="/items")
    if not 1 <= node.concurrency <= MAX_CONCURRENCY:
        message = f"Between 1 and {MAX_CONCURRENCY} iterations may run at a time."
        yield Problem("out_of_range", message, node=node.id, field="/concurrency")
