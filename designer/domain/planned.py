"""What a planner gave, checked before it runs."""

import msgspec

from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.domain.graph import Graph
from designer.domain.plan import compile_plan
from designer.domain.validate.topology import check_topology


def checked_plan(done: ev.StepCompleted) -> ev.PlanMade | CallError:
    """Return the plan in a planner's answer ``{"graph", "explanation"}``, or the error ``bad_plan``."""
    output = done.output if isinstance(done.output, dict) else {}
    try:
        graph = msgspec.convert(output.get("graph"), Graph)
        problem = next((found for found in check_topology(graph) if found.severity == "error"), None)
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
