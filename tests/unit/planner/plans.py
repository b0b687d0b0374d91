"""Plans for tests: made, checked as the designer checks a drawn workflow, and carried out step by step."""

from collections.abc import Mapping
from typing import Any

import msgspec

from agents.domain.manifest import IntentSchema, Manifest
from agents.planner.columns import Column, Profile
from agents.planner.plan import Plan, make_plan
from agents.tools import builtin
from designer.domain.graph import EndNode, Graph, StartNode
from designer.domain.plan import BUILT_IN
from designer.domain.validate import AgentEntry, validate
from designer.domain.values import compile_value
from tests.unit.tools.calls import call

MANIFESTS = builtin()
SALES = Profile(
    (
        Column("date", "date"),
        Column("region", "string", 5),
        Column("product", "string", 12),
        Column("channel", "string", 2),
        Column("units", "integer"),
        Column("unit_price", "number"),
        Column("discount", "number"),
    ),
    92,
)
FILE = {"file": {"$artifact": {"digest": f"sha256:{'0' * 64}", "size": 1, "name": "sales_q3.csv"}}}


def catalogue(manifests: tuple[Manifest, ...]) -> dict[str, AgentEntry]:
    return {each.name: AgentEntry(each.name, each.version, {each.version: each.intent}) for each in manifests}


def plan(
    instruction: str,
    inputs: Mapping[str, Any] | None = None,
    profile: Profile | None = None,
    manifests: tuple[Manifest, ...] = MANIFESTS,
) -> Plan:
    """A plan that is a sound workflow, whatever was asked."""
    made = make_plan(instruction, manifests, inputs, profile)
    graph = msgspec.convert(made.graph, Graph)
    problems = [each for each in validate(graph, catalogue(manifests)) if each.severity == "error"]
    assert problems == []
    return made


def steps(made: Plan) -> list[tuple[str, dict[str, Any]]]:
    """The agents a plan calls, with their inputs."""
    nodes = [node for node in made.graph["nodes"] if node["kind"] not in ("start", "end")]
    return [(node.get("agent") or BUILT_IN[node["kind"]], node["input"]) for node in nodes]


def chain(made: Plan) -> list[str]:
    """The agents a plan calls, with their action where they have one."""
    return [f"{agent}:{given['action']}" if "action" in given else agent for agent, given in steps(made)]


def carried_out(made: Plan, **inputs: Any) -> dict[str, Any]:
    """The output of the plan, each step done by the agent itself."""
    graph = msgspec.convert(made.graph, Graph)
    scope: dict[str, Any] = {"input": inputs, "steps": {}, "run": {}}
    output: dict[str, Any] = {}
    for node, (agent, _) in zip(graph.nodes[1:-1], steps(made), strict=True):
        assert not isinstance(node, StartNode | EndNode)
        scope["steps"][node.id] = call(agent, **compile_value(node.input)(scope))
    end = graph.nodes[-1]
    assert isinstance(end, EndNode)
    output = compile_value(end.output)(scope)
    return output


def agent(name: str, takes: dict[str, Any], gives: dict[str, Any], title: str, chinese: str, *can: str) -> Manifest:
    """An agent that is not built in."""
    intent = IntentSchema(
        {"type": "object", "properties": takes, "required": list(takes)}, {"type": "object", "properties": gives}
    )
    return Manifest(
        name, "1.0.0", {"en": title, "zh-Hans": chinese}, {"en": title}, (name, *can), intent, "tests.none:run"
    )
