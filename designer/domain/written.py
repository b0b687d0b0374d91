"""A graph as it is written down: defaults left out, fields in the order of their declaration, nodes in flow order."""

from collections import defaultdict
from heapq import heapify, heappop, heappush
from typing import Any, Final

import msgspec

from designer.domain.graph import Edge, Graph

_MOST_EXACT: Final = 2**53


def written(value: Any) -> Any:
    """Return structs as JSON objects without the fields that have their default; whole numbers of a float field as ints.

    What stands in a field of any type (an input, a JSON Schema) is returned as it is.
    """
    if isinstance(value, msgspec.Struct):
        return _object(value)
    if isinstance(value, tuple):
        return [written(each) for each in value]
    return value


def in_flow_order(graph: Graph) -> Graph:
    """Return the graph with each node after those that lead to it, a container's nodes after it, edges as their nodes.

    What has no order (branches side by side, cycles, notes) stays as it was. To do it twice changes nothing.
    """
    ids = {node.id for node in graph.nodes}
    siblings: defaultdict[str, list[int]] = defaultdict(list)
    for index, node in enumerate(graph.nodes):
        siblings[node.parent if node.parent in ids and node.parent != node.id else ""].append(index)
    order: list[int] = []
    waiting = [*reversed(_topological(graph, siblings.pop("", [])))]
    while waiting:
        index = waiting.pop()
        order.append(index)
        waiting += reversed(_topological(graph, siblings.pop(graph.nodes[index].id, [])))
    # Containers that stand in each other hang on nothing.
    order += sorted(index for rest in siblings.values() for index in rest)
    nodes = tuple(graph.nodes[index] for index in order)
    place = {node.id: index for index, node in reversed([*enumerate(nodes)])}

    def key(edge: Edge) -> tuple[int, int, str, str, str]:
        return (
            place.get(edge.source, len(nodes)),
            place.get(edge.target, len(nodes)),
            edge.port,
            edge.source,
            edge.target,
        )

    return msgspec.structs.replace(graph, nodes=nodes, edges=tuple(sorted(graph.edges, key=key)))


def _topological(graph: Graph, indices: list[int]) -> list[int]:
    """Return the nodes of one container in the order of their edges (Kahn's algorithm, the first drawn one first).

    An edge leads from and to all nodes of its ids, so that a graph that uses one twice has an order, too.
    """
    by_id: defaultdict[str, list[int]] = defaultdict(list)
    for index in indices:
        by_id[graph.nodes[index].id].append(index)
    after: defaultdict[str, list[str]] = defaultdict(list)
    missing: defaultdict[str, int] = defaultdict(int)
    for edge in graph.edges:
        if edge.source in by_id and edge.target in by_id and edge.source != edge.target:
            after[edge.source].append(edge.target)
            missing[edge.target] += 1
    ready = [index for index in indices if not missing[graph.nodes[index].id]]
    heapify(ready)
    left = {node_id: len(same) for node_id, same in by_id.items()}
    order: list[int] = []
    while ready:
        index = heappop(ready)
        order.append(index)
        left[graph.nodes[index].id] -= 1
        for target in after[graph.nodes[index].id] if not left[graph.nodes[index].id] else ():
            missing[target] -= 1
            for follower in by_id[target] if not missing[target] else ():
                heappush(ready, follower)
    done = set(order)
    return order + [index for index in indices if index not in done]


def _object(struct: msgspec.Struct) -> dict[str, Any]:
    config = struct.__struct_config__
    found: dict[str, Any] = {str(config.tag_field): config.tag} if config.tag_field else {}
    for field in msgspec.structs.fields(struct):
        value = getattr(struct, field.name)
        default = field.default_factory() if field.default_factory is not msgspec.NODEFAULT else field.default
        left_out = config.omit_defaults and not (isinstance(struct, Graph) and field.name == "schema")
        if left_out and type(value) is type(default) and value == default:
            continue
        found[field.encode_name] = _whole(value) if _is_float(field.type) else written(value)
    return found


def _is_float(kind: Any) -> bool:
    return kind is float or kind == float | None


def _whole(value: float | None) -> float | int | None:
    return int(value) if value is not None and float(value).is_integer() and abs(value) < _MOST_EXACT else value
