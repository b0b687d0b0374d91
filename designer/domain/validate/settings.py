"""Checks of what is set on each node: the agent and its inputs, conditions, retries, time-outs."""

import re
from collections.abc import Iterator
from typing import Any

from agents.domain.manifest import IntentSchema
from agents.domain.schema_check import check
from designer.domain.graph import (
    AgentNode,
    CallNode,
    ConditionNode,
    HttpNode,
    MapNode,
    Node,
    Problem,
    RetryPolicy,
    SwitchNode,
)
from designer.domain.plan import called
from designer.domain.types import fits
from designer.domain.validate.bindings import mismatch
from designer.domain.validate.scope import Sight

MAX_ATTEMPTS = 100
MAX_WAIT_S = 24 * 3600.0
MAX_CONCURRENCY = 1000
PORT_PATTERN = r"^[a-z][a-z0-9_]{0,30}$"


def check_settings(sight: Sight) -> Iterator[Problem]:
    """Yield what is wrong with the settings of every node."""
    for node in sight.nodes.values():
        if len(node.title) > 200:
            yield Problem("title_too_long", "A title has 200 characters at most.", node=node.id, field="/title")
        match node:
            case AgentNode() | HttpNode():
                yield from _check_agent(sight, node, called(node))
            case ConditionNode():
                yield from _check_condition(node, "/expression", node.expression)
            case SwitchNode():
                yield from _check_switch(node)
            case MapNode():
                yield from _check_map(sight, node)
            case _:
                pass
        if isinstance(node, (AgentNode, HttpNode, MapNode)):
            yield from _check_execution(node)


def _check_agent(sight: Sight, node: AgentNode | HttpNode, name: str) -> Iterator[Problem]:
    field = "/agent" if isinstance(node, AgentNode) else ""
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
    yield from _check_inputs(sight, node, name, intent)


def _check_inputs(sight: Sight, node: AgentNode | HttpNode, agent: str, intent: IntentSchema) -> Iterator[Problem]:
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


def _check_condition(node: Node, field: str, text: str) -> Iterator[Problem]:
    if not text.strip():
        yield Problem("no_condition", "Write a condition, such as ${ input.total > 100 }.", node=node.id, field=field)
    elif not (text.startswith("${") and text.rstrip().endswith("}")):
        yield Problem("not_a_condition", "A condition stands whole inside ${ }.", node=node.id, field=field)


def _check_switch(node: SwitchNode) -> Iterator[Problem]:
    if not node.cases:
        yield Problem("no_cases", "Add at least one case.", node=node.id, field="/cases")
    seen = {"default"}
    for index, case in enumerate(node.cases):
        if case.port in seen or not re.match(PORT_PATTERN, case.port):
            message = f"`{case.port}` cannot name a case: it must be unique, lower-case letters, digits and _."
            yield Problem("bad_case", message, node=node.id, field=f"/cases/{index}/port")
        seen.add(case.port)
        yield from _check_condition(node, f"/cases/{index}/expression", case.expression)


def _check_map(sight: Sight, node: MapNode) -> Iterator[Problem]:
    if node.items in (None, ""):
        yield Problem("no_items", "Say what to go through, such as ${ input.names }.", node=node.id, field="/items")
    elif isinstance(node.items, str):
        reason = (
            mismatch(sight, node.items, {"type": "array"})
            if "${" in node.items
            else fits({"type": "string"}, {"type": "array"})
        )
        if reason:
            yield Problem("type_mismatch", f"Items must be a list: {reason}.", node=node.id, field="/items")
    if not 1 <= node.concurrency <= MAX_CONCURRENCY:
        message = f"Between 1 and {MAX_CONCURRENCY} iterations may run at a time."
        yield Problem("out_of_range", message, node=node.id, field="/concurrency")


def _check_execution(node: CallNode | MapNode) -> Iterator[Problem]:
    retry = getattr(node, "retry", RetryPolicy())
    limits = (
        (1 <= retry.attempts <= MAX_ATTEMPTS, "/retry/attempts", f"Between 1 and {MAX_ATTEMPTS} attempts are allowed."),
        (0 <= retry.initial_s <= MAX_WAIT_S, "/retry/initial_s", "The first pause lies between 0 and 86400 seconds."),
        (1 <= retry.backoff <= 100, "/retry/backoff", "The backoff factor lies between 1 and 100."),
        (0 <= retry.max_s <= MAX_WAIT_S, "/retry/max_s", "The longest pause lies between 0 and 86400 seconds."),
        (0 <= retry.jitter <= 1, "/retry/jitter", "Jitter lies between 0 and 1."),
        (
            node.timeout_s is None or 0 < node.timeout_s <= MAX_WAIT_S,
            "/timeout_s",
            "The time-out lies between 0 and 86400 seconds.",
        ),
    )
    for fine, field, message in limits:
        if not fine:
            yield Problem("out_of_range", message, node=node.id, field=field)
    if node.run_if:
        yield from _check_condition(node, "/run_if", node.run_if)
