"""Which signals a workflow version takes, those of the workflows inside it included."""

from typing import Any

import msgspec

from designer.domain.graph import Graph, PlanNode, SignalNode, WorkflowNode
from designer.models import WorkflowVersion


class SignalTaken(msgspec.Struct):
    """A signal by name: the schemas of the steps that wait for it, and whether one of them asks for a key."""

    name: str
    keyed: bool = False
    schemas: list[dict[str, Any]] = []
    steps: list[str] = []


class Signals:
    """The signals of one graph; ``open_ended`` when a plan that is made only later may wait for others."""

    def __init__(self, document: Any) -> None:
        """Look through the document and every workflow version it names."""
        self.by_name: dict[str, SignalTaken] = {}
        self.open_ended = False
        self._seen: set[str] = set()
        self.add(document)

    def add(self, document: Any, prefix: str = "") -> None:
        """Look through one more document, such as a plan that was made; what is no graph is passed over."""
        try:
            graph = msgspec.convert(document, Graph)
        except msgspec.ValidationError:
            return
        for node in graph.nodes:
            if isinstance(node, SignalNode):
                self._take(node, prefix)
            elif isinstance(node, PlanNode):
                self.open_ended = True
            elif isinstance(node, WorkflowNode) and node.version_id and node.version_id not in self._seen:
                self._seen.add(node.version_id)
                inner = WorkflowVersion.objects.filter(pk=node.version_id).values_list("graph", flat=True).first()
                self.add(inner, f"{prefix}{node.id}/")

    def _take(self, node: SignalNode, prefix: str) -> None:
        taken = self.by_name.setdefault(node.name, SignalTaken(node.name))
        taken.keyed = taken.keyed or node.key is not None
        taken.steps.append(prefix + node.id)
        if node.schema not in taken.schemas:
            taken.schemas.append(node.schema)
