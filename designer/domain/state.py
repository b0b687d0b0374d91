"""The mutable parts of a run's state. Only the fold writes them."""

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal

from agents.domain.calls import CallError
from designer.domain.events import ApprovalGiven, ApprovalRequested, StepStarted
from designer.domain.plan import Plan, PlanNode
from designer.domain.values import MAX_VALUE

StepStatus = Literal[
    "waiting", "ready", "running", "retrying", "suspended",
    "completed", "failed", "skipped", "cancelled", "compensated",
]  # fmt: skip
"""``waiting``: for the steps before it; ``suspended``: for time, people or a signal."""


class ScopeState:
    """One execution of a set of nodes: the whole run, an iteration, a workflow inside a step.

    ``live`` counts its unfinished steps; ``frame`` is the scope of the workflow it belongs to, which gathers the output.
    """

    __slots__ = ("failed", "frame", "index", "live", "output", "owner", "plan", "prefix", "scope", "steps")

    def __init__(self, plan: Plan, prefix: str, scope: Mapping[str, Any], around: "ScopeState | None" = None) -> None:
        """Take the step prefix (``each[3]/``), what is in scope without ``steps``, and for an iteration what is around it."""
        self.plan, self.prefix = plan, prefix
        self.steps: MutableMapping[str, Any] = {} if around is None else ChainMap({}, around.steps)
        self.scope: dict[str, Any] = {**scope, "steps": self.steps}
        self.frame: ScopeState = self if around is None else around.frame
        self.output: dict[str, Any] = {}
        self.owner: StepState | None = None
        self.index = self.live = 0
        self.failed: CallError | None = None


class MapState:
    """How far a map is; ``room`` is how many characters its results may still come to."""

    __slots__ = ("errors", "failed", "items", "next_index", "open", "results", "room")

    def __init__(self, items: list[Any]) -> None:
        """Take the items to go through."""
        self.items = items
        self.results: list[Any] = [None] * len(items)
        self.errors: list[Any] = [None] * len(items)
        self.next_index = 0
        self.room = MAX_VALUE
        self.open: set[int] = set()
        self.failed: CallError | None = None


class LoopState:
    """How far a loop is: ``index`` is the next iteration, ``last`` what the one before gave."""

    __slots__ = ("failed", "index", "last")

    def __init__(self) -> None:
        """Begin before the first iteration."""
        self.index = 0
        self.last: Any = None
        self.failed: CallError | None = None


class FlowState:
    """A workflow inside a step: ``plan`` when it was made at run time, ``scope`` once it goes on."""

    __slots__ = ("approval", "failed", "plan", "scope")

    def __init__(self, plan: Plan | None = None) -> None:
        """Take the plan where one was made."""
        self.plan = plan
        self.scope: ScopeState | None = None
        self.approval: ApprovalState | None = None
        self.failed: CallError | None = None


class ApprovalState:
    """An open question to people, and the answers."""

    __slots__ = ("given", "request")

    def __init__(self, request: ApprovalRequested) -> None:
        """Take the question."""
        self.request = request
        self.given: list[ApprovalGiven] = []

    @property
    def verdict(self) -> ApprovalGiven | None:
        """The answer that settled it: a rejection, or the last approval needed."""
        if self.given and (not self.given[-1].approved or len(self.given) >= self.request.needed):
            return self.given[-1]
        return None


Inner = MapState | LoopState | FlowState | ApprovalState


class StepState:
    """One step: its status and what came of it. ``resolved``/``taken`` count the edges that lead here.

    ``undoes`` names the step a compensation handler undoes; ``since`` (ms) is when the status came about. ``deliveries``
    counts how often it was given to an instance, ``crashes`` how often that broke the instance, ``refusals`` how often a
    breaker let it go nowhere; ``fallback`` is the agent that policy gives it to instead.
    """

    __slots__ = (
        "attempt", "crashes", "dead", "deliveries", "error", "fallback", "inner", "input", "node", "output",
        "policy_failures", "ready_at", "redeliveries", "refusals", "resolved", "scope", "since", "started", "status",
        "step", "taken", "turn", "undoes", "waiting_code", "waiting_message",
    )  # fmt: skip

    def __init__(self, step: str, node: PlanNode, scope: ScopeState) -> None:
        """Begin as waiting for the edges that lead here."""
        self.step, self.node, self.scope = step, node, scope
        self.status: StepStatus = "waiting"
        self.resolved = self.taken = self.attempt = self.ready_at = self.since = self.turn = 0
        self.policy_failures = self.redeliveries = self.refusals = self.deliveries = self.crashes = 0
        self.dead = False
        self.input: Any = None
        self.output: Any = None
        self.error: CallError | None = None
        self.started: StepStarted | None = None
        self.inner: Inner | None = None
        self.waiting_code = self.waiting_message = self.undoes = self.fallback = ""


def abandoned(scope: ScopeState) -> bool:
    """Return whether nobody needs this scope any more: it, or what it stands in, has failed.

    What a compensation handler runs inside it is needed whatever failed around it.
    """
    current: ScopeState | None = scope
    while current is not None and current.owner is not None:
        inner = current.owner.inner
        if current.failed is not None or (inner is not None and not isinstance(inner, ApprovalState) and inner.failed):
            return True
        if current.owner.undoes:
            return False
        current = current.owner.scope
    return False


def depth(scope: ScopeState) -> int:
    """Return how many containers the scope stands in."""
    count, owner = 0, scope.owner
    while owner is not None:
        count += 1
        owner = owner.scope.owner
    return count
