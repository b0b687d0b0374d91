"""Checks of a graph's shape: ids, containers, edges, ports, cycles, reachability."""

import re
from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping
from typing import Final

from agents.domain.schema_check import check_schema, pointer
from designer.domain.graph import (
    COMPENSATE,
    MAX_NESTING,
    MAX_NODES,
    NODE_ID_PATTERN,
    ApprovalNode,
    ConditionNode,
    Edge,
    EndNode,
    Graph,
    JoinNode,
    LoopNode,
    MapNode,
    Node,
    OnError,
    Problem,
    SignalNode,
    StartNode,
    SwitchNode,
    TransformNode,
    WorkflowNode,
)
from designer.domain.plan import CALLS, DECORATION

CONTAINERS: Final = (MapNode, LoopNode)
HANDLERS: Final = (*CALLS, TransformNode, WorkflowNode)
"""What may undo a step."""
UNDOABLE: Final = (*HANDLERS, *CONTAINERS, ApprovalNode, SignalNode)
"""What may have something to undo."""


def check_topology(graph: Graph) -> Iterator[Problem]:
    """Yield what is wrong with the shape; later checks rely on unique ids and whole edges."""
    if len(graph.nodes) > MAX_NODES:
        yield Problem("too_many_nodes", f"A workflow may have {MAX_NODES} nodes; this one has {len(graph.nodes)}.")
        return
    yield from _check_ids(graph)
    nodes = {node.id: node for node in graph.nodes}
    yield from _check_start(graph)
    yield from _check_containers(nodes)
    whole = []
    for edge in graph.edges:
        problem = _edge_problem(edge, nodes)
        if problem:
            yield Problem(problem[0], problem[1], edge=edge_name(edge))
        else:
            whole.append(edge)
    yield from _check_repeats(graph)
    yield from _check_compensation(nodes, whole)
    yield from _check_failures(nodes, whole)
    cycle = find_cycle(whole)
    if cycle:
        path = " → ".join([*cycle, cycle[0]])
        advice = "Remove one of their connections, or put what is to be repeated into a loop."
        yield Problem("cycle", f"These nodes wait for each other: {path}. {advice}", node=cycle[0])
        return
    yield from _check_reachable(nodes, whole)
    yield from _check_joins(nodes, whole)


def edge_name(edge: Edge) -> str:
    """Return the name problems use for an edge: ``source:port>target``."""
    return f"{edge.source}:{edge.port}>{edge.target}"


def ports_of(node: Node) -> tuple[str, ...]:
    """Return the ports edges may leave a node by."""
    on_error: OnError | None = getattr(node, "on_error", None)
    error = ("error",) if on_error is not None and on_error.action == "branch" else ()
    undo = (COMPENSATE,) if isinstance(node, UNDOABLE) else ()
    match node:
        case EndNode():
            return ()
        case ConditionNode():
            return ("true", "false", *error)
        case SwitchNode():
            return (*(case.port for case in node.cases), "default", *error)
        case ApprovalNode():
            return ("approved", "rejected", *error, *undo)
        case _:
            return ("out", *error, *undo)


def find_cycle(edges: list[Edge]) -> list[str]:
    """Return the nodes of one cycle in order, or nothing (Kahn's algorithm, then a walk through what is left)."""
    following: dict[str, list[str]] = defaultdict(list)
    waiting: Counter[str] = Counter()
    for edge in edges:
        following[edge.source].append(edge.target)
        waiting[edge.target] += 1
    free = deque(node for node in following if not waiting[node])
    while free:
        for target in following[free.popleft()]:
            waiting[target] -= 1
            if not waiting[target]:
                free.append(target)
    left = {node for node, count in waiting.items() if count > 0}
    backwards = {edge.target: edge.source for edge in edges if edge.source in left and edge.target in left}
    if not backwards:
        return []
    current, seen = next(iter(backwards)), list[str]()
    while current not in seen:
        seen.append(current)
        current = backwards[current]
    return seen[seen.index(current) :][::-1]


def _check_ids(graph: Graph) -> Iterator[Problem]:
    for node_id, count in Counter(node.id for node in graph.nodes).items():
        if count > 1:
            yield Problem("duplicate_id", f"{count} nodes are called `{node_id}`; each needs its own id.", node=node_id)
        if not re.match(NODE_ID_PATTERN, node_id):
            message = (
                f"`{node_id}` cannot be an id: lower-case letters, digits and _, beginning with a letter, 63 at most."
            )
            yield Problem("bad_id", message, node=node_id, field="/id")


def _check_start(graph: Graph) -> Iterator[Problem]:
    starts = [node for node in graph.nodes if isinstance(node, StartNode)]
    if not starts:
        yield Problem("no_start", "The workflow needs a Start node.")
    for extra in starts[1:]:
        yield Problem("second_start", "There can be only one Start node.", node=extra.id)
    for node in starts:
        if node.parent:
            yield Problem("start_inside", "The Start node cannot stand inside a map or loop.", node=node.id)
        yield from _check_input(node)


def _check_input(node: StartNode) -> Iterator[Problem]:
    """Yield what is wrong with the schema of the input: forms and other checks rely on it."""
    if faults := check_schema(node.schema):
        yield Problem("bad_schema", faults[0].message, node=node.id, field=f"/schema{faults[0].pointer}")
        return
    if "object" not in node.schema.get("type", "object"):
        yield Problem("bad_schema", "The input of a workflow is an object.", node=node.id, field="/schema/type")
    for name, each in node.schema.get("properties", {}).items():
        if isinstance(each, bool):
            field = f"/schema/properties{pointer([name])}"
            yield Problem("bad_schema", "Write {} for any value.", node=node.id, field=field)


def _check_containers(nodes: Mapping[str, Node]) -> Iterator[Problem]:
    children = Counter(node.parent for node in nodes.values() if node.parent and not isinstance(node, DECORATION))
    for node in nodes.values():
        if isinstance(node, CONTAINERS) and not children[node.id]:
            kind = "map" if isinstance(node, MapNode) else "loop"
            yield Problem(f"empty_{kind}", f"Put at least one node inside the {kind}.", node=node.id)
        if node.parent is None:
            continue
        container = nodes.get(node.parent)
        if not isinstance(container, CONTAINERS):
            message = f"`{node.parent}` is not a map or loop that could hold this node."
            yield Problem("bad_parent", message, node=node.id)
        elif _depth(node, nodes) > MAX_NESTING:
            yield Problem("too_deep", f"Maps and loops may nest {MAX_NESTING} deep at most.", node=node.id)
        if isinstance(node, EndNode):
            yield Problem("end_inside", "An End node cannot stand inside a map or loop.", node=node.id)


def _depth(node: Node, nodes: Mapping[str, Node]) -> int:
    depth, current = 0, node
    while current.parent in nodes and current.parent is not None and depth <= MAX_NESTING:
        current = nodes[current.parent]
        depth += 1
    return depth


def _edge_problem(edge: Edge, nodes: Mapping[str, Node]) -> tuple[str, str] | None:
    source, target = nodes.get(edge.source), nodes.get(edge.target)
    if source is None or target is None:
        missing = edge.source if source is None else edge.target
        return "unknown_node", f"The connection leads to `{missing}`, which is not there."
    if isinstance(source, DECORATION) or isinstance(target, DECORATION):
        return "not_connectable", "Notes and groups cannot be connected."
    if isinstance(target, StartNode):
        return "into_start", "Nothing can lead to the Start node."
    if (source.parent or "") != (target.parent or ""):
        return "crosses_container", "A connection cannot go into or out of a map or loop; connect that itself."
    if edge.port == COMPENSATE and not isinstance(source, UNDOABLE):
        return "cannot_undo", f"`{source.id}` does nothing that could be undone."
    if edge.port not in ports_of(source):
        known = ", ".join(ports_of(source)) or "none"
        return "unknown_port", f"`{source.id}` has no way out called `{edge.port}` (it has {known})."
    return None


def _check_repeats(graph: Graph) -> Iterator[Problem]:
    for edge, count in Counter(graph.edges).items():
        if count > 1:
            yield Problem("duplicate_edge", "The same connection stands here twice.", edge=edge_name(edge))


def _check_compensation(nodes: Mapping[str, Node], edges: list[Edge]) -> Iterator[Problem]:
    undoing = [edge for edge in edges if edge.port == COMPENSATE]
    touching = Counter(end for edge in edges for end in (edge.source, edge.target))
    for source, count in Counter(edge.source for edge in undoing).items():
        if count > 1:
            yield Problem("second_handler", f"`{source}` can have one compensation handler only.", node=source)
    for edge in undoing:
        if not isinstance(nodes[edge.target], HANDLERS):
            message = "Only a step that calls an agent, a transform or another workflow can undo something."
            yield Problem("not_a_handler", message, node=edge.target, edge=edge_name(edge))
        if touching[edge.target] > 1:
            message = "A compensation handler has only the connection from the step it undoes."
            yield Problem("handler_connected", message, node=edge.target, edge=edge_name(edge))


def _check_failures(nodes: Mapping[str, Node], edges: list[Edge]) -> Iterator[Problem]:
    """A failure that leads nowhere would pass in silence: all that hangs on the step skipped, the run completed."""
    leaving = {(edge.source, edge.port) for edge in edges}
    for node in nodes.values():
        on_error: OnError | None = getattr(node, "on_error", None)
        if on_error is None or on_error.action == "fail":
            continue
        if on_error.action == "branch" and (node.id, "error") not in leaving:
            message = f"`{node.id}` takes the error edge when it fails, but has none: connect its way out `error`."
            yield Problem("no_error_edge", message, node=node.id, field="/on_error/action")
        elif on_error.action == "continue" and "out" not in ports_of(node):
            message = f"When `{node.id}` fails nothing follows: it goes on along `out`, which it does not have."
            yield Problem("no_way_on", message, "warning", node=node.id, field="/on_error/action")


def _check_reachable(nodes: Mapping[str, Node], edges: list[Edge]) -> Iterator[Problem]:
    targets = {edge.target for edge in edges}
    for node in nodes.values():
        if node.parent or isinstance(node, (StartNode, *DECORATION)) or node.id in targets:
            continue
        yield Problem("never_runs", "Nothing leads here, so it will never run.", "warning", node=node.id)


def _check_joins(nodes: Mapping[str, Node], edges: list[Edge]) -> Iterator[Problem]:
    incoming = Counter(edge.target for edge in edges)
    for node in nodes.values():
        if isinstance(node, JoinNode) and node.mode == "count" and not 1 <= node.count <= incoming[node.id]:
            message = f"The join waits for {node.count} branches, but {incoming[node.id]} lead here."
            yield Problem("bad_count", message, node=node.id, field="/count")
