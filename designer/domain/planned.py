"""What a planner gave, checked before it runs."""

from collections.abc import Iterator

import msgspec

from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.domain.graph import Graph, Problem
from designer.domain.plan import compile_plan
from designer.domain.validate.scope import Sight
from designer.domain.validate.settings import check_settings
from designer.domain.validate.topology import check_topology

_ELSEWHERE = frozenset({"unknown_agent", "unknown_version", "unknown_workflow", "no_workflow", "type_mismatch"})
"""Problems that only the registry and the project can tell; the step in question fails."""


def checked_plan(done: ev.StepCompleted) -> ev.PlanMade | CallError:
    """Return the plan in a planner's answer ``{"graph", "explanation"}``, or the error ``bad_plan``."""
    output = done.output if isinstance(done.output, dict) else {}
    try:
        graph = msgspec.convert(output.get("graph"), Graph)
        problem = next((found for found in _problems(graph) if found.severity == "error"), None)
        if problem is not None:
            return CallError("bad_plan", f"The plan cannot run: {problem.message}", retryable=True)
        compile_plan(graph)
    except Exception as error:
        return CallError("bad_plan", f"The plan is no workflow that can run: {error}", retryable=True)
    explanation = output.get("explanation")
    return ev.PlanMade(
        step=done.step,
        graph=msgspec.to_builtins(graph),
        explanation=explanation if isinstance(explanation, str) else "",
        attempt=done.attempt,
        queued_ms=done.queued_ms,
        worked_ms=done.worked_ms,
    )


def _problems(graph: Graph) -> Iterator[Problem]:
    yield from check_topology(graph)
    yield from (found for found in check_settings(Sight(graph, {}, None)) if found.code not in _ELSEWHERE)
