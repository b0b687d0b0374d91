"""The workflow document as people keep it in files (features C13): what ``Graph`` holds, and what a workflow is called."""

import hashlib
from typing import Annotated, Any, Final, Literal

import msgspec

from designer.domain.graph import Edge, Graph, Node
from designer.domain.policies import Priority, Settings
from designer.domain.written import in_flow_order, written

MAX_BYTES: Final = 2 * 1024 * 1024
"""The longest document, in UTF-8."""
MAX_DEPTH: Final = 100
MAX_VALUES: Final = 200_000
_BASE_DIGITS: Final = 16

Name = Annotated[str, msgspec.Meta(max_length=80, pattern="^[-a-zA-Z0-9_]*$")]
Title = Annotated[str, msgspec.Meta(max_length=200)]


class TriggerDocument(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What starts runs of the workflow (docs/triggers.md). Secrets and addresses never stand in a document.

    ``config`` is that of its kind: of a cron trigger ``cron`` or ``every_s``, ``timezone`` and ``missed``; of a NATS
    trigger ``subject`` and ``format``; of a Redis stream ``key``, ``format``, ``field`` and ``start``; of a webhook
    ``signature``, ``format`` and ``wait_s``.
    """

    kind: Literal["webhook", "cron", "nats", "stream"]
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=120)]
    config: dict[str, Any] = {}
    input: Any = None
    """The run's input, with expressions over the event; what the kind gives when absent."""
    enabled: bool = True
    version: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """The published version it starts; the newest when absent."""
    priority: Literal[Priority, ""] = ""
    labels: dict[str, str] = {}


class WorkflowDocument(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A workflow as a document. Strings that hold CEL between ${ and } are expressions."""

    schema: Literal["agentcluster.workflow/v1"] = "agentcluster.workflow/v1"
    name: Name = ""
    """What the workflow is called on the command line; unique in its project."""
    title: Title = ""
    """What people read; the name when absent."""
    description: Annotated[str, msgspec.Meta(max_length=10_000)] = ""
    base: str = ""
    """Mark of the draft this was exported from: a newer draft is not overwritten unasked. Leave it as it is."""
    settings: Settings = Settings()
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    triggers: tuple[TriggerDocument, ...] | None = None
    """Absent: triggers stay as they are."""

    @property
    def graph(self) -> Graph:
        """The graph alone."""
        return Graph(self.nodes, self.edges, self.settings)


def plain(document: WorkflowDocument) -> dict[str, Any]:
    """Return the document as a JSON object: defaults left out, everything in the order it is written in."""
    graph = in_flow_order(document.graph)
    ordered = msgspec.structs.replace(document, nodes=graph.nodes, edges=graph.edges)
    return {"schema": document.schema, **written(ordered)}


def plain_graph(graph: Graph) -> dict[str, Any]:
    """Return the graph as the JSON object that is saved as a draft."""
    found: dict[str, Any] = {"nodes": [], "edges": []} | written(in_flow_order(graph))
    return found


def base_of(graph: Graph) -> str:
    """Return a short mark of a graph's content; two that differ in no more than defaults or order have the same."""
    content = msgspec.json.encode(plain_graph(graph), order="deterministic")
    return hashlib.sha256(content).hexdigest()[:_BASE_DIGITS]
