"""An instruction in words becomes a workflow of the agents that run at this moment (features D2); nothing is kept."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from agentcluster.errors import AgentClusterError, BadInputError, ConflictError
from agentcluster.security.models import Project
from agents.domain.manifest import Manifest
from agents.domain.schema_check import pointer
from agents.planner.errors import NoPlanError
from agents.planner.plan import Plan, make_plan
from agents.registry import live_manifests
from designer.actions import documents
from designer.actions.validation import as_json, problems_of
from designer.domain.plan import BUILT_IN

_NO_CALLS: Final = ("start", "end")


class BadPlanError(AgentClusterError):
    """The plan is no workflow that can run."""

    code = "bad_plan"
    status = 422


class AgentsAwayError(AgentClusterError):
    """Agents that the plan needs run nowhere at this moment; ``agents`` names them."""

    code = "agents_away"
    status = 422
    retryable = True


class PlanChangedError(ConflictError):
    """The plan is another one by now, as other agents run; look at it again, then start it."""

    code = "plan_changed"


class Planned(msgspec.Struct, frozen=True):
    """A plan that can run: the workflow, its steps and what it begins with, what it does in words, and warnings."""

    instruction: str
    language: str
    explanation: str
    agents: tuple[str, ...]
    steps: list[dict[str, str]]
    input_schema: dict[str, Any]
    graph: dict[str, Any]
    digest: str
    problems: list[dict[str, Any]]


def plan_instruction(project: Project, instruction: str, value: Mapping[str, Any]) -> Planned:
    """Return a plan, checked as every workflow of ``project`` is; ``value`` is the run's input, as far as known.

    Raises:
        NoPlanError: it is not understood, or not clear; ``part`` and ``words`` say what of it.
        AgentsAwayError: it is understood, but agents that it needs run nowhere.
        BadInputError: there is more input than the plan uses.
        BadPlanError: what was planned cannot run (``problems``).
        BusUnavailableError: nobody knows which agents run.
    """
    standing = live_manifests.manifests()
    plan = _made(instruction, value, standing)
    schema = plan.graph["nodes"][0]["schema"]
    for name in value.keys() - schema["properties"].keys():
        raise BadInputError(f"The plan has no use for the input {name}.", field=pointer(["input", name]))
    versions = {manifest.name: manifest.version for manifest in standing.live}
    graph = documents.complete(_pinned(plan.graph, {name: versions[name] for name in standing.older}))
    problems = as_json(problems_of(graph, project.pk))
    serious = [problem for problem in problems if problem["severity"] == "error"]
    if serious:
        raise BadPlanError(f"The plan cannot run: {serious[0]['message']}", problems=problems)
    return Planned(
        instruction,
        plan.language,
        plan.explanation,
        plan.agents,
        [_step(node, versions) for node in graph["nodes"] if node["kind"] not in _NO_CALLS],
        schema,
        graph,
        documents.digest(graph),
        problems,
    )


def _made(instruction: str, inputs: Mapping[str, Any], standing: live_manifests.Standing) -> Plan:
    try:
        return make_plan(instruction, standing.live, inputs)
    except NoPlanError as error:
        missing = _missing(instruction, inputs, standing)
        if missing:
            told = f"This needs {missing[0]}, which does not run anywhere at this moment."
            if len(missing) > 1:
                told = f"This needs {', '.join(missing)}, which do not run anywhere at this moment."
            raise AgentsAwayError(told, agents=missing) from error
        error.data.setdefault("field", error.field)
        raise


def _missing(instruction: str, inputs: Mapping[str, Any], standing: live_manifests.Standing) -> list[str]:
    """Return the agents that would make a plan of it, did they run."""
    away: dict[str, Manifest] = {manifest.name: manifest for manifest in standing.away}
    try:
        plan = make_plan(instruction, (*standing.live, *standing.away), inputs)
    except NoPlanError:
        return []
    return [name for name in plan.agents if name in away]


def _called(node: Mapping[str, Any]) -> str:
    return str(node.get("agent") or BUILT_IN.get(node["kind"], ""))


def _pinned(graph: dict[str, Any], versions: Mapping[str, str]) -> dict[str, Any]:
    """Return the graph with the versions that run where that is not the newest one."""
    nodes = [
        {**node, "version": versions[_called(node)]} if _called(node) in versions else node for node in graph["nodes"]
    ]
    return {**graph, "nodes": nodes}


def _step(node: Mapping[str, Any], versions: Mapping[str, str]) -> dict[str, str]:
    agent = _called(node)
    return {"id": node["id"], "title": node["title"], "agent": agent, "version": versions.get(agent, "")}
