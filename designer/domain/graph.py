"""The workflow document: what the designer draws, what is versioned, what a run executes (features C1, C13).

A document is plain JSON (or YAML). Values inside ``input``, ``output`` and the like are literals, or strings that
hold CEL between ``${`` and ``}``; in scope are ``input``, ``steps.<node id>``, ``run``, in a map ``item`` and
``index``, in a loop ``index`` and ``last``.
"""

from typing import Final, Literal

import msgspec

from designer.domain.nodes import (
    AgentNode,
    ApprovalNode,
    CallNode,
    ConditionNode,
    EmitNode,
    EndNode,
    GroupNode,
    HttpNode,
    IntentNode,
    JoinNode,
    LlmNode,
    LoopNode,
    MapNode,
    Mapping,
    MemoryNode,
    Node,
    NoteNode,
    PlanNode,
    Position,
    SignalNode,
    StartNode,
    SwitchCase,
    SwitchNode,
    TransformNode,
    WaitNode,
    WorkflowNode,
)
from designer.domain.policies import Cache, Concurrency, OnError, Priority, RetryPolicy, Settings

__all__ = [
    "COMPENSATE", "MAX_NESTING", "MAX_NODES", "NODE_ID_PATTERN", "SCHEMA", "AgentNode", "ApprovalNode", "Cache",
    "CallNode", "Concurrency", "ConditionNode", "Edge", "EmitNode", "EndNode", "Graph", "GroupNode", "HttpNode",
    "IntentNode", "JoinNode", "LlmNode", "LoopNode", "MapNode", "Mapping", "MemoryNode", "Node", "NoteNode", "OnError",
    "PlanNode", "Position", "Priority", "Problem", "RetryPolicy", "Settings", "SignalNode", "StartNode", "SwitchCase",
    "SwitchNode", "TransformNode", "WaitNode", "WorkflowNode",
]  # fmt: skip

SCHEMA: Final = "agentcluster.workflow/v1"
MAX_NODES: Final = 1000
MAX_NESTING: Final = 10
NODE_ID_PATTERN: Final = r"^[a-z][a-z0-9_]{0,62}$"
COMPENSATE: Final = "compensate"
"""The port of a compensation edge: its target undoes its source when the run fails or is cancelled later."""


class Edge(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """``target`` runs after ``source`` when ``port`` of the source is taken (``out``, ``true``, ``error``, a case …)."""

    source: str
    target: str
    port: str = "out"


class Graph(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A workflow as drawn."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    settings: Settings = Settings()
    schema: Literal["agentcluster.workflow/v1"] = "agentcluster.workflow/v1"


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong with a graph, and where. ``field`` is a JSON pointer inside the node, ``column`` counts from 1."""

    code: str
    message: str
    severity: Literal["error", "warning"] = "error"
    node: str = ""
    edge: str = ""
    """``source:port>target``."""
    field: str = ""
    column: int = 0
