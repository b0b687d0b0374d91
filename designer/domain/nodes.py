"""The kinds of nodes (features C1). What each means when it runs: docs/workflow-semantics.md.

Values inside ``input``, ``output`` and the like are literals, or strings that hold CEL between ``${`` and ``}``.
"""

from typing import Any, Literal

import msgspec

from designer.domain.policies import Cache, OnError, RetryPolicy

Mapping = dict[str, Any]


class Position(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a node stands on the canvas, in px; inside a container relative to it."""

    x: float = 0
    y: float = 0


class _Node(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", forbid_unknown_fields=True):
    id: str
    title: str = ""
    position: Position = Position()
    parent: str | None = None
    """The id of the container (a map or loop) this node stands in."""


class _Guarded(_Node, frozen=True, omit_defaults=True):
    run_if: str = ""
    """A CEL condition in ``${ }``; false skips the step."""
    on_error: OnError = OnError()


class _Timed(_Guarded, frozen=True, omit_defaults=True):
    timeout_s: float | None = None
    """Seconds an attempt may take, or the whole step where there are no attempts; then the error ``timed_out``."""


class _Call(_Timed, frozen=True, omit_defaults=True):
    retry: RetryPolicy | None = None
    """None: what the policy centre says for the agent; where that says nothing, one attempt, of a compensation handler five."""
    heartbeat_timeout_s: float | None = None
    """Seconds an agent may stay silent (no ``heartbeat`` of its own) before the attempt counts as failed."""
    cache: Cache | None = None
    version: str = ""
    """The agent's version; empty means the newest, fixed on publishing."""
    input: Mapping = {}


class StartNode(_Node, frozen=True, omit_defaults=True, tag="start"):
    """Where a run begins; ``schema`` (JSON Schema of an object) makes the input form."""

    schema: dict[str, Any] = {}


class EndNode(_Node, frozen=True, omit_defaults=True, tag="end"):
    """Where a run ends well; ``output`` becomes the run's output."""

    output: Mapping = {}


class AgentNode(_Call, frozen=True, omit_defaults=True, tag="agent"):
    """A call to an agent by name or, where ``agent`` is empty, to any live agent with the ``capability``."""

    agent: str = ""
    capability: str = ""


class HttpNode(_Call, frozen=True, omit_defaults=True, tag="http"):
    """An HTTP request; ``input`` is that of the ``http-client`` agent."""


class LlmNode(_Call, frozen=True, omit_defaults=True, tag="llm"):
    """A question to a language model; ``input`` is that of the ``llm-router`` agent (features D1)."""


class EmitNode(_Call, frozen=True, omit_defaults=True, tag="emit"):
    """Publishes a message on a NATS subject; ``input`` is that of the ``nats-emit`` agent."""


class MemoryNode(_Call, frozen=True, omit_defaults=True, tag="memory"):
    """Reads or writes shared memory; ``input`` is that of the ``memory`` agent (features D4)."""


class IntentNode(_Call, frozen=True, omit_defaults=True, tag="intent"):
    """Asks who can serve a goal: agents bid, the best bid gets the call (features B3); no bid in time is the error ``no_bid``.

    ``success_criteria`` is a JSON Schema the output must fit (``criteria_not_met``). ``constraints`` may hold
    ``max_cost``, ``max_ms`` and ``region``.
    """

    goal: str = ""
    capabilities: tuple[str, ...] = ()
    constraints: Mapping = {}
    success_criteria: dict[str, Any] = {}
    bid_window_s: float = 0.5


class PlanNode(_Call, frozen=True, omit_defaults=True, tag="plan"):
    """Lets the ``planner`` agent turn ``instruction`` into a workflow, which then runs inside this step (features D2).

    The plan sees ``input`` as its run input; ``approve`` shows it to a person first. Output: that of the plan's end.
    """

    instruction: str = ""
    approve: bool = False
    approvers: tuple[str, ...] = ()


class ConditionNode(_Guarded, frozen=True, omit_defaults=True, tag="condition"):
    """Takes its ``true`` or its ``false`` port."""

    expression: str = ""


class SwitchCase(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A named port and the CEL condition that takes it."""

    port: str
    expression: str


class SwitchNode(_Guarded, frozen=True, omit_defaults=True, tag="switch"):
    """Takes the port of the first case that holds, else ``default``."""

    cases: tuple[SwitchCase, ...] = ()


class JoinNode(_Node, frozen=True, omit_defaults=True, tag="join"):
    """Waits for its incoming branches: ``all`` that are taken, ``any`` one, or ``count`` of them."""

    mode: Literal["all", "any", "count"] = "all"
    count: int = 1


class TransformNode(_Guarded, frozen=True, omit_defaults=True, tag="transform"):
    """Computes ``output`` from expressions, in the engine."""

    output: Any = None


class MapNode(_Timed, frozen=True, omit_defaults=True, tag="map"):
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


class LoopNode(_Timed, frozen=True, omit_defaults=True, tag="loop"):
    """Runs the nodes inside it again and again while ``condition`` holds, which is looked at before each iteration.

    In scope, also for the nodes inside: ``index`` (from 0) and ``last``, what the iteration before gave (null at first).
    ``output`` says what an iteration gives. The node's own output is ``{"iterations": 3, "last": …}``. More than
    ``max_iterations`` is the error ``too_many_iterations``.
    """

    condition: str = ""
    max_iterations: int = 100
    output: Any = None
    size: Position = Position(480, 240)


class WorkflowNode(_Timed, frozen=True, omit_defaults=True, tag="workflow"):
    """Runs another workflow of the project inside this step; its output is that workflow's.

    ``version`` 0 means the newest published one. Publishing fixes ``version`` and ``version_id``.
    """

    workflow: str = ""
    """The other workflow's name."""
    version: int = 0
    version_id: str = ""
    input: Mapping = {}


class WaitNode(_Guarded, frozen=True, omit_defaults=True, tag="wait"):
    """Waits ``seconds``, or ``until`` a moment (ISO 8601 with a time zone); a moment that has passed does not wait."""

    seconds: Any = None
    until: Any = None


class ApprovalNode(_Timed, frozen=True, omit_defaults=True, tag="approval"):
    """Asks people: goes on along ``approved`` after ``needed`` approvals, along ``rejected`` after one rejection.

    ``approvers`` are user names, ``groups`` names of groups; none of both: everybody who may run the workflow.
    ``schema`` (JSON Schema of an object) makes a form. Output: ``{"approved", "by", "comment", "data"}`` of the last one.
    """

    message: Any = ""
    approvers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    needed: int = 1
    schema: dict[str, Any] = {}


class SignalNode(_Timed, frozen=True, omit_defaults=True, tag="signal"):
    """Waits for the signal ``name`` from outside; one that came early is taken at once, each only by one step.

    With a ``key`` (a value) only a signal sent with the same key counts. Output: ``{"data", "by", "key"}``.
    """

    name: str = ""
    key: Any = None
    schema: dict[str, Any] = {}
    """JSON Schema the signal's data must fit; another is refused to its sender."""


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
    | LlmNode
    | EmitNode
    | MemoryNode
    | IntentNode
    | PlanNode
    | ConditionNode
    | SwitchNode
    | JoinNode
    | TransformNode
    | MapNode
    | LoopNode
    | WorkflowNode
    | WaitNode
    | ApprovalNode
    | SignalNode
    | NoteNode
    | GroupNode
)
CallNode = AgentNode | HttpNode | LlmNode | EmitNode | MemoryNode | IntentNode | PlanNode
