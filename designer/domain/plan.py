"""A graph made ready to run: neighbours, scopes and compiled expressions, computed once per version."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from designer.domain import nodes as kinds
from designer.domain.graph import COMPENSATE, CallNode, Edge, Graph, Node
from designer.domain.passing_on import Evaluate
from designer.domain.values import compile_value, makes_new

DECORATION: Final = (kinds.NoteNode, kinds.GroupNode)
CALLS: Final = (
    kinds.AgentNode,
    kinds.HttpNode,
    kinds.LlmNode,
    kinds.EmitNode,
    kinds.MemoryNode,
    kinds.IntentNode,
    kinds.PlanNode,
)
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
    """A node with all that running it needs. ``compute`` gives its input, items, condition or output by its kind.

    ``undo`` is the id of its compensation handler; ``cache_key`` what makes two calls equal.
    """

    node: Node
    id: str
    incoming: int
    outgoing: tuple[Edge, ...]
    compute: Evaluate
    run_if: Evaluate | None = None
    cases: tuple[tuple[str, Evaluate], ...] = ()
    agent: str = ""
    version: str = ""
    undo: str = ""
    cache_key: Evaluate | None = None
    is_call: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What ``Run`` needs of a graph: its nodes by id, and by container the nodes a scope begins and ends with."""

    graph: Graph
    nodes: Mapping[str, PlanNode]
    entries: Mapping[str, tuple[str, ...]]
    sinks: Mapping[str, tuple[str, ...]]
    start: str
    steps_total: int
    """Steps outside containers; each iteration and each inner workflow adds its own when it begins."""
    children: Mapping[str, int]
    """By container id: how many nodes stand directly in it."""
    outputs: Mapping[str, Evaluate] = field(default_factory=dict)
    """By container id: what an iteration gives."""
    growing: frozenset[str] = frozenset()
    """The containers whose iterations give values of their own making, which may grow with every one."""
    subplans: Mapping[str, "Plan"] = field(default_factory=dict)
    """By node id: the workflow that runs inside it."""
    concurrency_key: Evaluate | None = None
    """What runs share the workflow's concurrency limit by; None without a limit."""


def called(node: CallNode) -> str:
    """Return the name of the agent a node calls; empty when that is found only when it runs (capability, intent)."""
    return node.agent if isinstance(node, kinds.AgentNode) else BUILT_IN.get(str(node.__struct_config__.tag), "")


def compile_plan(graph: Graph, subplans: Mapping[str, Plan] | None = None) -> Plan:
    """Return the plan of a valid graph (``validate`` first: this raises on what it cannot compile).

    ``subplans`` are the plans of other workflows by version id; a step whose workflow is missing there fails.
    """
    active = [node for node in graph.nodes if not isinstance(node, DECORATION)]
    outgoing: dict[str, list[Edge]] = defaultdict(list)
    incoming: dict[str, int] = defaultdict(int)
    undo: dict[str, str] = {}
    for edge in graph.edges:
        if edge.port == COMPENSATE:
            undo[edge.source] = edge.target
            continue
        outgoing[edge.source].append(edge)
        incoming[edge.target] += 1
    handlers = set(undo.values())
    nodes = {
        node.id: _plan_node(node, incoming[node.id], tuple(outgoing[node.id]), undo.get(node.id, "")) for node in active
    }
    repeating = [node for node in active if isinstance(node, (kinds.MapNode, kinds.LoopNode))]
    start = next((node.id for node in active if isinstance(node, kinds.StartNode)), "")
    flow = [node for node in active if node.id not in handlers]
    limit = graph.settings.concurrency
    return Plan(
        graph=graph,
        nodes=nodes,
        entries=_by_container(flow, lambda node: not incoming[node.id]),
        sinks=_by_container(flow, lambda node: not outgoing[node.id]),
        start=start,
        steps_total=sum(1 for node in flow if not node.parent and node.id != start),
        children=Counter(node.parent for node in flow if node.parent),
        outputs={node.id: compile_value(node.output) for node in repeating},
        growing=frozenset(node.id for node in repeating if makes_new(node.output)),
        subplans={
            node.id: subplans[node.version_id]
            for node in active
            if isinstance(node, kinds.WorkflowNode) and subplans and node.version_id in subplans
        },
        concurrency_key=compile_value(limit.key) if limit else None,
    )


def _by_container(nodes: Sequence[Node], chosen: Callable[[Node], bool]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    for node in nodes:
        if chosen(node):
            found[node.parent or ""].append(node.id)
    return {container: tuple(ids) for container, ids in found.items()}


def _plan_node(node: Node, incoming: int, outgoing: tuple[Edge, ...], undo: str) -> PlanNode:
    run_if = getattr(node, "run_if", "")
    cases = node.cases if isinstance(node, kinds.SwitchNode) else ()
    cache = node.cache if isinstance(node, CALLS) else None
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
        undo=undo,
        cache_key=compile_value(cache.key) if cache and cache.key is not None else None,
        is_call=isinstance(node, CALLS),
    )


def _computed(node: Node) -> Any:
    match node:
        case kinds.PlanNode():
            return {"instruction": node.instruction, "inputs": node.input}
        case kinds.IntentNode():
            return {"goal": node.goal, "input": node.input}
        case kinds.MapNode():
            return node.items
        case kinds.ConditionNode():
            return node.expression
        case kinds.LoopNode():
            return node.condition
        case kinds.TransformNode() | kinds.EndNode():
            return node.output
        case kinds.WaitNode():
            return {"seconds": node.seconds, "until": node.until}
        case kinds.ApprovalNode():
            return node.message
        case kinds.SignalNode():
            return node.key
        case _:
            return getattr(node, "input", None)
