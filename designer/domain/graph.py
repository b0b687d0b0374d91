"""The workflow document: what the designer draws, what is versioned, what a run executes (features C1, C13).

A document is plain JSON (or YAML). Values inside ``input``, ``output`` and the like are literals, or strings that
hold CEL between ``${`` and ``}``; in scope are ``input``, ``steps.<node id>``, ``run`` and, in a map, ``item``, ``index``.
"""

from typing import Any, Final, Literal

import msgspec

SCHEMA: Final = "agentcluster.workflow/v1"
MAX_NODES: Final = 1000
MAX_NESTING: Final = 10
NODE_ID_PATTERN: Final = r"^[a-z][a-z0-9_]{0,62}$"

Mapping = dict[str, Any]


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a node stands on the canvas, in px; inside a container relative to it."""

    x: float = 0
    y: float = 0


class RetryPolicy(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How often and when a failed attempt is tried again.

    The pause before attempt n+1 is ``initial_s * backoff ** (n-1)``, at most ``max_s``, times a random
    factor in [1-jitter, 1+jitter].
    ``on`` lists error codes to retry; empty means every error marked retryable.
    """

    attempts: int = 1
    initial_s: float = 1.0
    backoff: float = 2.0
    max_s: float = 60.0
    jitter: float = 0.1
    on: tuple[str, ...] = ()


class OnError(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """After the last attempt: ``fail`` the run, ``continue`` with ``default`` as output, or take the ``error`` edge."""

    action: Literal["fail", "continue", "branch"] = "fail"
    default: Any = None


class _Node(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", forbid_unknown_fields=True):
    id: str
    title: str = ""
    position: Position = Position()
    parent: str | None = None
    """The id of the container (a map) this node stands in."""


class _Step(_Node, frozen=True, omit_defaults=True):
    run_if: str = ""
    """A CEL condition in ``${ }``; false skips the step."""
    retry: RetryPolicy = RetryPolicy()
    timeout_s: float | None = None
    on_error: OnError = OnError()


class StartNode(_Node, frozen=True, omit_defaults=True, tag="start"):
    """Where a run begins; ``schema`` (JSON Schema of an object) makes the input form."""

    schema: dict[str, Any] = {}


class EndNode(_Node, frozen=True, omit_defaults=True, tag="end"):
    """Where a run ends well; ``output`` becomes the run's output."""

    output: Mapping = {}


class AgentNode(_Step, frozen=True, omit_defaults=True, tag="agent"):
    """A call to an agent by name; an empty ``version`` means the newest, fixed on publishing."""

    agent: str = ""
    version: str = ""
    input: Mapping = {}


class HttpNode(_Step, frozen=True, omit_defaults=True, tag="http"):
    """An HTTP request, made by the ``http-client`` agent; ``input`` is that agent's input, ``version`` the agent's."""

    version: str = ""
    input: Mapping = {}


class ConditionNode(_Node, frozen=True, omit_defaults=True, tag="condition"):
    """Takes its ``true`` or its ``false`` port."""

    expression: str = ""


class SwitchCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named port and the CEL condition that takes it."""

    port: str
    expression: str


class SwitchNode(_Node, frozen=True, omit_defaults=True, tag="switch"):
    """Takes the port of the first case that holds, else ``default``."""

    cases: tuple[SwitchCase, ...] = ()


class JoinNode(_Node, frozen=True, omit_defaults=True, tag="join"):
    """Waits for its incoming branches: ``all`` that are taken, ``any`` one, or ``count`` of them."""

    mode: Literal["all", "any", "count"] = "all"
    count: int = 1


class TransformNode(_Node, frozen=True, omit_defaults=True, tag="transform"):
    """Computes ``output`` from expressions, in the engine."""

    output: Any = None


class MapNode(_Step, frozen=True, omit_defaults=True, tag="map"):
    """Runs the nodes inside it once for each of ``items``; ``output`` is evaluated in each iteration.

    The node's own output is ``{"results": [...], "errors": [...]}``, both as long as ``items``.
    """

    items: Any = None
    concurrency: int = 10
    output: Any = None
    failure: Literal["fail", "collect"] = "fail"
    """``fail``: the first failed iteration fails the map; ``collect``: it is listed in ``errors``."""
    size: Position = Position(480, 240)
    """Width (x) and height (y) of the container on the canvas."""


class NoteNode(_Node, frozen=True, omit_defaults=True, tag="note"):
    """A comment for the eye."""

    text: str = ""


class GroupNode(_Node, frozen=True, omit_defaults=True, tag="group"):
    """A coloured frame for the eye."""

    colour: str = "gray"
    size: Position = Position(480, 240)


Node = (
    StartNode
    | EndNode
    | AgentNode
    | HttpNode
    | ConditionNode
    | SwitchNode
    | JoinNode
    | TransformNode
    | MapNode
    | NoteNode
    | GroupNode
)


class Edge(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """``target`` runs after ``source`` when ``port`` of the source is taken (``out``, ``true``, ``error``, a case …)."""

    source: str
    target: str
    port: str = "out"


class Graph(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """A workflow as drawn."""

    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
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
