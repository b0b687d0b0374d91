"""What steps are called, by their keys: as the graph of the run, or of the workflow inside it, names them."""

from collections.abc import Iterable
from typing import Any

from designer.api.inner_graphs import inner_graphs
from designer.models import WorkflowVersion


class StepTitles:
    """Titles of steps of some versions; two or more queries, whatever their number."""

    def __init__(self, versions: Iterable[str]) -> None:
        """Read the graphs of ``versions`` (ids) and of the workflows inside them."""
        self._graphs: dict[str, Any] = dict(
            WorkflowVersion.objects.filter(pk__in=set(versions)).values_list("pk", "graph")
        )
        nodes = [node for graph in self._graphs.values() for node in graph.get("nodes", ())]
        self._graphs |= inner_graphs({"nodes": nodes})

    def title(self, version: str, step: str) -> str:
        """Return the title of ``step`` (``each[3]/billing/charge``); empty where its graph gives it none."""
        node: dict[str, Any] = {}
        for place in _places(step):
            node = _node(self._graphs.get(version, {}), place)
            version = node.get("version_id", "")
        return str(node.get("title", ""))


def _places(step: str) -> list[str]:
    """Return the nodes that lead to a step, outermost first; its iterations stand in the same graph as it does."""
    *above, last = step.split("/")
    return [part for part in above if not part.endswith("]")] + [last]


def _node(graph: dict[str, Any], node_id: str) -> dict[str, Any]:
    nodes: Iterable[dict[str, Any]] = graph.get("nodes", ())
    return next((node for node in nodes if node.get("id") == node_id), {})
