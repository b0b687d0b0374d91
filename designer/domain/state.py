"""The mutable parts of a run's state. Only ``fold`` writes them."""

from collections import ChainMap
from collections.abc import Mapping, MutableMapping
from typing import Any, Literal

from agents.domain.calls import CallError
from designer.domain.events import StepStarted
from designer.domain.plan import PlanNode

StepStatus = Literal["waiting", "ready", "running", "retrying", "completed", "failed", "skipped", "cancelled"]


class ScopeState:
    """One execution of a set of nodes: the whole run, or one iteration of a map. ``live`` counts its unfinished steps."""

    __slots__ = ("failed", "index", "item", "live", "owner", "parent", "prefix", "scope", "steps")

    def __init__(self, prefix: str, scope: Mapping[str, Any], parent: "ScopeState | None" = None) -> None:
        """Take the step prefix (``each[3]/``) and what is in scope for expressions (without ``steps``)."""
        self.prefix = prefix
        self.parent = parent
        self.steps: MutableMapping[str, Any] = {} if parent is None else ChainMap({}, parent.steps)
        self.scope: dict[str, Any] = {**scope, "steps": self.steps}
        self.owner: StepState | None = None
        self.index = 0
        self.live = 0
        self.failed: CallError | None = None


class MapState:
    """How far a map is."""

    __slots__ = ("errors", "failed", "items", "next_index", "open", "results")

    def __init__(self, items: list[Any]) -> None:
        """Take the items to go through."""
        self.items = items
        self.results: list[Any] = [None] * len(items)
        self.errors: list[Any] = [None] * len(items)
        self.next_index = 0
        self.open: set[int] = set()
        self.failed: CallError | None = None


class StepState:
    """One step: its status and what came of it. ``resolved``/``taken`` count the edges that lead here."""

    __slots__ = (
        "attempt", "dead", "error", "input", "map", "node", "output", "policy_failures", "ready_at", "redeliveries",
        "resolved", "scope", "started", "status", "step", "taken", "waiting_code",
    )  # fmt: skip

    def __init__(self, step: str, node: PlanNode, scope: ScopeState) -> None:
        """Begin as waiting for the edges that lead here."""
        self.step, self.node, self.scope = step, node, scope
        self.status: StepStatus = "waiting"
        self.resolved = self.taken = self.attempt = self.ready_at = 0
        self.policy_failures = self.redeliveries = 0
        self.dead = False
        self.input: Any = None
        self.output: Any = None
        self.error: CallError | None = None
        self.started: StepStarted | None = None
        self.map: MapState | None = None
        self.waiting_code = ""
