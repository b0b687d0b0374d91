"""What the expressions of each node can see: the steps that surely come before it, and the shape of what they give."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from designer.domain.catalogue import Catalogue, WorkflowEntry, Workflows
from designer.domain.graph import (
    ApprovalNode,
    ConditionNode,
    Graph,
    JoinNode,
    LoopNode,
    MapNode,
    Node,
    PlanNode,
    SignalNode,
    StartNode,
    SwitchNode,
    WaitNode,
    WorkflowNode,
)
from designer.domain.plan import CALLS, DECORATION, called
from designer.domain.types import ANYTHING, Schema

_LIST: dict[str, Any] = {"type": "array"}
_TEXT: dict[str, Any] = {"type": "string"}
_FIXED: dict[type, Schema] = {
    ConditionNode: {"type": "object", "properties": {"result": {"type": "boolean"}}},
    SwitchNode: {"type": "object", "properties": {"case": {"type": "string"}}},
    JoinNode: {"type": "object", "properties": {"taken": {"type": "integer"}}},
    MapNode: {"type": "object", "properties": {"results": _LIST, "errors": _LIST}},
    LoopNode: {"type": "object", "properties": {"iterations": {"type": "integer"}, "last": {}}},
    WaitNode: {"type": "object", "properties": {"until": _TEXT}},
    ApprovalNode: {
        "type": "object",
        "properties": {"approved": {"type": "boolean"}, "by": _TEXT, "comment": _TEXT, "data": {}},
    },
    SignalNode: {"type": "object", "properties": {"data": {}, "by": _TEXT, "key": _TEXT}},
}


class Sight:
    """Answers what a node sees of the others."""

    def __init__(self, graph: Graph, catalogue: Catalogue, workflows: Workflows | None = None) -> None:
        """Take the drawn graph (with whole, acyclic edges), the agents and the other workflows that exist."""
        self.graph, self.catalogue = graph, catalogue
        self.workflows: Workflows = workflows or {}
        self.nodes: Mapping[str, Node] = {node.id: node for node in graph.nodes if not isinstance(node, DECORATION)}

    @cached_property
    def before(self) -> dict[str, set[str]]:
        """By node: the nodes of its scope that lead to it, directly or through others."""
        sources: dict[str, set[str]] = defaultdict(set)
        for edge in self.graph.edges:
            sources[edge.target].add(edge.source)
        found: dict[str, set[str]] = {}
        for node_id in self.nodes:
            reached, stack = set[str](), list(sources[node_id])
            while stack:
                source = stack.pop()
                if source not in reached:
                    reached.add(source)
                    stack += found.get(source, set()) | sources[source]
            found[node_id] = reached
        return found

    def visible(self, node: Node, *, inside: bool = False) -> set[str]:
        """Return the step ids a node's expressions may name; ``inside``: those of a map's own iteration too."""
        seen = set(self.before[node.id])
        current: Node | None = node
        while current is not None and current.parent:
            current = self.nodes.get(current.parent)
            if current is not None:
                seen |= self.before[current.id]
        if inside:
            seen |= {other.id for other in self.nodes.values() if other.parent == node.id}
        return {step for step in seen if not isinstance(self.nodes.get(step), StartNode)}

    def round_names(self, node: Node, *, inside: bool) -> set[str]:
        """Return which of ``item``, ``index`` and ``last`` mean something here; ``inside`` as in ``visible``."""
        names: set[str] = set()
        current: Node | None = node if inside else self.nodes.get(node.parent or "")
        while current is not None:
            names |= {"item", "index"} if isinstance(current, MapNode) else {"last", "index"}
            current = self.nodes.get(current.parent or "")
        return names

    def workflow_of(self, node: WorkflowNode) -> WorkflowEntry | None:
        """Return the workflow a node runs."""
        return self.workflows.get(node.workflow)

    def output_of(self, step: str) -> Schema:
        """Return the schema of what a step gives; open where nothing is known."""
        node = self.nodes[step]
        on_error = getattr(node, "on_error", None)
        if isinstance(node, PlanNode) or (on_error is not None and on_error.action != "fail"):
            return ANYTHING
        if isinstance(node, CALLS):
            entry = self.catalogue.get(called(node))
            intent = entry.intent(node.version) if entry else None
            return intent.output if intent else ANYTHING
        return _FIXED.get(type(node), ANYTHING)

    @cached_property
    def input_schema(self) -> Schema:
        """Return the schema of the run's input."""
        return next((node.schema for node in self.nodes.values() if isinstance(node, StartNode)), ANYTHING)
