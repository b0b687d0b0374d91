"""What is different between two graphs: nodes by id, edges by their ends, settings by name (features C4, C13)."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

import msgspec

from designer.domain.graph import Edge, Graph, Node
from designer.domain.written import written

LAYOUT: Final = frozenset({"position", "size"})
"""Fields that are for the eye only."""

What = Literal["added", "removed", "changed"]


class FieldChange(msgspec.Struct, frozen=True):
    """A value that differs. ``path`` is a JSON pointer; a value that is not there at all is None, and ``what`` says so."""

    path: str
    what: What
    before: Any = None
    after: Any = None


class NodeChange(msgspec.Struct, frozen=True):
    """A node that is new, gone, or differs in ``fields``; ``layout``: it only stands elsewhere."""

    id: str
    what: What
    kind: str
    title: str = ""
    fields: tuple[FieldChange, ...] = ()
    layout: bool = False


class EdgeChange(msgspec.Struct, frozen=True):
    """An edge that is new or gone."""

    source: str
    target: str
    port: str
    what: What


class GraphDiff(msgspec.Struct, frozen=True):
    """All differences; the order of nodes and edges is none."""

    nodes: tuple[NodeChange, ...] = ()
    edges: tuple[EdgeChange, ...] = ()
    settings: tuple[FieldChange, ...] = ()

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self.nodes or self.edges or self.settings)


def diff(before: Graph, after: Graph) -> GraphDiff:
    """Return how ``after`` differs from ``before``, in the order of ``after``; what is gone comes last."""
    settings = tuple(fields(written(before.settings), written(after.settings)))
    return GraphDiff(tuple(_nodes(before.nodes, after.nodes)), tuple(_edges(before.edges, after.edges)), settings)


def fields(before: Any, after: Any, path: str = "") -> Iterator[FieldChange]:
    """Yield the differences of two JSON values: objects by field, lists of the same length by element, others whole."""
    if isinstance(before, dict) and isinstance(after, dict):
        for name in [*before, *(name for name in after if name not in before)]:
            inner = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
            if name not in after:
                yield FieldChange(inner, "removed", before=before[name])
            elif name not in before:
                yield FieldChange(inner, "added", after=after[name])
            else:
                yield from fields(before[name], after[name], inner)
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, pair in enumerate(zip(before, after, strict=True)):
            yield from fields(*pair, f"{path}/{index}")
    elif not _same(before, after):
        yield FieldChange(path, "changed", before, after)


def _same(before: Any, after: Any) -> bool:
    """Whether two values without fields are the same; 1, 1.0 and true are three different ones in expressions."""
    return type(before) is type(after) and before == after


def _nodes(before: Sequence[Node], after: Sequence[Node]) -> Iterator[NodeChange]:
    old, new = _named(before), _named(after)
    for key, node in new.items():
        kind = str(node.__struct_config__.tag)
        if key not in old:
            yield NodeChange(node.id, "added", kind, node.title)
        elif found := tuple(fields(written(old[key]), written(node))):
            layout = all(change.path.split("/")[1] in LAYOUT for change in found)
            yield NodeChange(node.id, "changed", kind, node.title, found, layout)
    for key, node in old.items():
        if key not in new:
            yield NodeChange(node.id, "removed", str(node.__struct_config__.tag), node.title)


def _named(nodes: Sequence[Node]) -> dict[tuple[str, int], Node]:
    """Return nodes by id; a draft may have an id twice, so they are counted."""
    counts: Counter[str] = Counter()
    found: dict[tuple[str, int], Node] = {}
    for node in nodes:
        found[node.id, counts[node.id]] = node
        counts[node.id] += 1
    return found


def _edges(before: Sequence[Edge], after: Sequence[Edge]) -> Iterator[EdgeChange]:
    old, new = Counter(before), Counter(after)
    for edge in (new - old).elements():
        yield EdgeChange(edge.source, edge.target, edge.port, "added")
    for edge in (old - new).elements():
        yield EdgeChange(edge.source, edge.target, edge.port, "removed")
