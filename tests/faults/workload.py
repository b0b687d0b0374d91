"""What the lab runs: workflows of every way to flow, some in the middle of work when the fault comes, some parked."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

import msgspec

from agentcluster.ids import sha256_of
from agentcluster.security.models import Project
from designer.domain.graph import (
    COMPENSATE,
    AgentNode,
    ApprovalNode,
    Cache,
    Concurrency,
    Edge,
    EndNode,
    Graph,
    JoinNode,
    LoopNode,
    MapNode,
    OnError,
    RetryPolicy,
    Settings,
    SignalNode,
    StartNode,
    WaitNode,
    WorkflowNode,
)
from designer.domain.plan import Plan, compile_plan
from designer.models import Workflow, WorkflowVersion

SIGNAL: Final = "go"
APPROVAL: Final = "ask"
WORK_S: Final = 0.8
PARKED_S: Final = 9


@dataclass(frozen=True)
class Kind:
    """A workflow of the mix: how many runs of it, how they end, the errors its steps must have had on the way."""

    name: str
    graph: Graph
    count: int
    ends: str = "completed"
    errors: frozenset[str] = field(default_factory=frozenset)
    people: bool = False


def _call(name: str, agent: str, seconds: float, tag: str = "", **more: Any) -> AgentNode:
    given = {"seconds": f"${{ {seconds} * input.slow }}", "what": f'${{ run.id + "/{name}"{tag} }}', "value": name}
    return AgentNode(id=name, agent=agent, input={**given, **more.pop("given", {})}, **more)


def _row(*nodes: Any, extra: Sequence[Any] = (), edges: Sequence[Edge] = (), **settings: Any) -> Graph:
    """Return a graph of nodes one after the other between start and end; ``extra`` are not in that row."""
    row = (StartNode(id="start"), *nodes, EndNode(id="end"))
    pairs = [Edge(before.id, after.id) for before, after in pairwise(row)]
    return Graph((*row, *extra), (*pairs, *edges), **settings)


def _line() -> Graph:
    each = MapNode(id="each", items=[1, 2, 3], concurrency=2)
    return Graph(
        (
            StartNode(id="start"),
            _call("first", "effect", WORK_S),
            _call("left", "repeat", WORK_S),
            each,
            _call("inner", "effect", WORK_S / 2, " + string(index)", parent="each"),
            JoinNode(id="both"),
            _call("last", "effect", WORK_S),
            EndNode(id="end", output={"what": "${ steps.last.value }"}),
        ),
        (
            Edge("start", "first"),
            Edge("first", "left"),
            Edge("first", "each"),
            Edge("left", "both"),
            Edge("each", "both"),
            Edge("both", "last"),
            Edge("last", "end"),
        ),
    )


def _loop() -> Graph:
    inner = _call("turn", "effect", WORK_S, " + string(index)", parent="rounds")
    return _row(LoopNode(id="rounds", condition="${ index < 4 }"), extra=[inner])


def _retry() -> Graph:
    policy = RetryPolicy(attempts=6, initial_s=0.4, backoff=1.5, on=("not_yet",))
    return _row(
        _call("flaky", "flaky", WORK_S / 2, retry=policy, given={"succeeds_at": 3}), _call("after", "effect", WORK_S)
    )


def _nap(seconds: float) -> Graph:
    return _row(
        _call("before", "effect", WORK_S / 4), WaitNode(id="nap", seconds=seconds), _call("after", "effect", WORK_S)
    )


def _people() -> Graph:
    return Graph(
        (
            StartNode(id="start"),
            _call("before", "effect", WORK_S / 4),
            SignalNode(id="wait", name=SIGNAL),
            ApprovalNode(id=APPROVAL, message="Go on?"),
            _call("after", "effect", WORK_S),
            EndNode(id="end"),
        ),
        (
            Edge("start", "before"),
            Edge("before", "wait"),
            Edge("wait", APPROVAL),
            Edge(APPROVAL, "after", "approved"),
            Edge("after", "end"),
        ),
    )


def _saga() -> Graph:
    undo = _call("undo", "effect", WORK_S / 2)
    book, doomed = _call("book", "effect", WORK_S), _call("doomed", "flaky", WORK_S, given={"succeeds_at": 0})
    return _row(book, doomed, extra=[undo], edges=[Edge("book", "undo", COMPENSATE)])


def _cached() -> Graph:
    key = Cache(ttl_s=600, key="${ input.batch }")
    return _row(
        _call("first", "effect", WORK_S), _call("shared", "pause", WORK_S, cache=key), _call("last", "effect", WORK_S)
    )


def _limited() -> Graph:
    return _row(_call("turn", "effect", WORK_S), settings=Settings(concurrency=Concurrency(limit=2)))


def _hungry() -> Graph:
    eat = AgentNode(id="eat", agent="eat", input={"mib": 2000}, on_error=OnError("continue", {"mib": 0}))
    return _row(eat, _call("after", "effect", WORK_S))


INNER: Final = _row(_call("deep", "effect", WORK_S), _call("deeper", "effect", WORK_S))


def _parent(version_id: str) -> Graph:
    inner = WorkflowNode(
        id="inner", workflow="inner", version=1, version_id=version_id, input={"slow": "${ input.slow }"}
    )
    return _row(inner, _call("after", "effect", WORK_S))


def kinds(inner_id: str, *, hungry: bool) -> list[Kind]:
    """Return the mix; ``hungry``: with agents that take too much memory. ``inner_id`` is the version of ``INNER``."""
    mix = [
        Kind("line", _line(), 7),
        Kind("loop", _loop(), 4),
        Kind("retry", _retry(), 3, errors=frozenset({"not_yet"})),
        Kind("nap", _nap(2), 2),
        Kind("parked", _nap(PARKED_S), 4),
        Kind("people", _people(), 4, people=True),
        Kind("saga", _saga(), 2, ends="failed", errors=frozenset({"not_yet"})),
        Kind("parent", _parent(inner_id), 4),
        Kind("cached", _cached(), 2),
        Kind("limited", _limited(), 4),
    ]
    return [*mix, Kind("hungry", _hungry(), 2, errors=frozenset({"memory_limit"}))] if hungry else mix


class Published:
    """The mix in a database: kinds, their versions and plans by version id."""

    def __init__(self, alias: str, project: Project, *, hungry: bool) -> None:
        """Publish all of it."""
        self.alias, self.project = alias, project
        inner = self._publish("inner", INNER)
        self.plans: dict[str, Plan] = {inner.pk: compile_plan(INNER)}
        self.kinds = {kind.name: kind for kind in kinds(inner.pk, hungry=hungry)}
        self.versions = {name: self._publish(name, kind.graph) for name, kind in self.kinds.items()}
        for name, version in self.versions.items():
            self.plans[version.pk] = compile_plan(self.kinds[name].graph, {inner.pk: self.plans[inner.pk]})

    def plan_of(self, version_id: str) -> Plan:
        """Return the plan of a version, one published later included."""
        if version_id not in self.plans:
            version = WorkflowVersion.objects.using(self.alias).get(pk=version_id)
            self.plans[version_id] = compile_plan(msgspec.convert(version.graph, Graph))
        return self.plans[version_id]

    def _publish(self, name: str, graph: Graph) -> WorkflowVersion:
        document = msgspec.to_builtins(graph)
        workflow = Workflow.objects.using(self.alias).create(
            project=self.project, name=name, title=name.capitalize(), draft=document
        )
        digest = sha256_of(msgspec.json.encode(document))
        return WorkflowVersion.objects.using(self.alias).create(
            workflow=workflow, number=1, digest=digest, graph=document
        )
