"""A graph made ready to run: neighbours, scopes and compiled expressions, computed once per version."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from designer.domain.graph import (
    AgentNode,
    CallNode,
    ConditionNode,
    Edge,
    EmitNode,
    EndNode,
    Graph,
    GroupNode,
    HttpNode,
    IntentNode,
    LlmNode,
    MapNode,
    MemoryNode,
    Node,
    NoteNode,
    StartNode,
    SwitchNode,
    TransformNode,
)
from designer.domain.graph import (
    PlanNode as PlanningNode,
)
from designer.domain.values import Evaluate, compile_value

DECORATION: Final = (NoteNode, GroupNode)
CALLS: Final = (AgentNode, HttpNode, LlmNode, EmitNode, MemoryNode, IntentNode, PlanningNode)
BUILT_IN: Final[Mapping[str, str]] = {
    "http": "http-client",
    "llm": "llm-router",
    "emit": "nats-emit",
    "memory": "memory",
    "plan": "planner",
}
"""By kind: the agents that kinds of nodes with a meaning of their own call."""


@dataclass(frozen=True, slots=True)
class PlanNode:
    """A node with all that running it needs. ``compute`` gives its input, items, condition or output by its kind."""

    node: Node
    id: str
    incoming: int
    outgoing: tuple[Edge, ...]
    compute: Evaluate
    run_if: Evaluate | None = None
    cases: tuple[tuple[str, Evaluate], ...] = ()
    agent: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``Run`` needs of a graph: its nodes by id, and by container the nodes a scope begins and ends with."""

    graph: Graph
    nodes: Mapping[str, PlanNode]
    entries: Mapping[str, tuple[str, ...]]
    sinks: Mapping[str, tuple[str, ...]]
    start: str
    steps_total: int
    """Steps outside maps; each map adds its own when it knows its items."""
    children: Mapping[str, int]
    """By map id: how many nodes stand directly in it."""
    outputs: Mapping[str, Evaluate] = field(default_factory=dict)
    """By map id: what an iteration gives."""


def called(node: CallNode) -> str:
    """Return the name of the agent a node calls; empty when that is found only when it runs (capability, intent)."""
    return node.agent if isinstance(node, AgentNode) else BUILT_IN.get(str(node.__struct_config__.tag), "")


def compile_plan(graph: Graph) -> Plan:
    """Return the plan of a valid graph (``validate`` first: this raises on what it cannot compile)."""
    active = [node for node in graph.nodes if not isinstance(node, DECORATION)]
    outgoing: dict[str, list[Edge]] = defaultdict(list)
    incoming: dict[str, int] = defaultdict(int)
    for edge in graph.edges:
        outgoing[edge.source].append(edge)
        incoming[edge.target] += 1
    nodes = {node.id: _plan_node(node, incoming[node.id], tuple(outgoing[node.id])) for node in active}
    start = next((node.id for node in active if isinstance(node, StartNode)), "")
    return Plan(
        graph=graph,
        nodes=nodes,
        entries=_by_container(active, lambda node: not incoming[node.id]),
        sinks=_by_container(active, lambda node: not outgoing[node.id]),
        start=start,
        steps_total=sum(1 for node in active if not node.parent and node.id != start),
        children=Counter(node.parent for node in active if node.parent),
        outputs={node.id: compile_value(node.output) for node in active if isinstance(node, MapNode)},
    )


def _by_container(nodes: Sequence[Node], chosen: Callable[[Node], bool]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        if chosen(node):
            found[node.parent or ""].append(node.id)
    return {container: tuple(ids) for container, ids in found.items()}


def _plan_node(node: Node, incoming: int, outgoing: tuple[Edge, ...]) -> PlanNode:
    run_if = getattr(node, "run_if", "")
    cases = node.cases if isinstance(node, SwitchNode) else ()
    return PlanNode(
        node=node,
        id=node.id,
        incoming=incoming,
        outgoing=outgoing,
        compute=compile_value(_computed(node)),
        run_if=compile_value(run_if) if run_if else None,
        cases=tuple((case.port, compile_value(case.expression)) for case in cases),
        agent=called(node) if isinstance(node, CALLS) else "",
        version=node.version if isinstance(node, CALLS) else "",
    )


def _computed(node: Node) -> Any:
    match node:
        case AgentNode() | HttpNode() | LlmNode() | EmitNode() | MemoryNode() | IntentNode() | PlanningNode():
            return node.input
        case MapNode():
            return node.items
        case ConditionNode():
            return node.expression
        case TransformNode() | EndNode():
            return node.output
        case _:
            return None
