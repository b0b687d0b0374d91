"""The work: workflows whose steps are calls to agents that do nothing, or wait."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

import msgspec

from agentcluster.ids import new_trace_id, sha256_of
from agentcluster.security.models import Project
from designer.domain.graph import AgentNode, ApprovalNode, Edge, EndNode, Graph, JoinNode, MapNode, StartNode
from designer.engine.request import RunRequest
from designer.models import Run, Workflow, WorkflowVersion

STEPS: Final = 10
FAN: Final = 100
AGENT: Final = "bench-noop"
PAUSE: Final = "bench-pause"
INPUT: Final = {"order": "A-1001", "customer": "c-77", "amount": 129.5, "items": ["sku-1", "sku-2", "sku-3"]}


def ten_steps() -> Graph:
    """Return a sequential workflow; every step gets the output of the one before."""
    names = [f"step_{number}" for number in range(1, STEPS + 1)]
    sources = ["input", *[f"steps.{name}" for name in names[:-1]]]
    calls = [
        AgentNode(id=name, agent=AGENT, input={"order": f"${{ {source}.order }}", "step": name})
        for name, source in zip(names, sources, strict=True)
    ]
    return _line(calls)


def fan_out() -> Graph:
    """Return a workflow of 100 parallel branches, one call each, into a join."""
    calls = [AgentNode(id=f"branch_{number}", agent=AGENT, input={"number": number}) for number in range(FAN)]
    edges = [edge for call in calls for edge in (Edge("start", call.id), Edge(call.id, "all"))]
    nodes = (StartNode(id="start"), *calls, JoinNode(id="all"), EndNode(id="finish"))
    return Graph(nodes, (*edges, Edge("all", "finish")))


def mapped(items: int, concurrency: int) -> Graph:
    """Return a workflow that maps a call over ``items`` numbers: three events an item, six around them."""
    each = MapNode(id="each", items=[*range(items)], concurrency=concurrency)
    call = AgentNode(id="call", agent=AGENT, parent="each", input={"number": "${ item }"})
    return _line([each], call)


def approval() -> Graph:
    """Return a workflow that asks somebody, which nobody answers."""
    return _line([AgentNode(id="first", agent=AGENT, input=INPUT), ApprovalNode(id="agree", message="Ship it?")])


def slow_step(seconds: float) -> Graph:
    """Return a workflow with one step that takes ``seconds``."""
    return _line([AgentNode(id="slow", agent=PAUSE, input={"seconds": seconds, "order": "${ input.order }"})])


def paced(items: int, concurrency: int, seconds: float) -> Graph:
    """Return a workflow that maps a call that takes ``seconds`` over ``items`` numbers."""
    each = MapNode(id="each", items=[*range(items)], concurrency=concurrency)
    return _line([each], AgentNode(id="call", agent=PAUSE, parent="each", input={"seconds": seconds}))


def create_version(graph: Graph | None = None, name: str = "ten-steps") -> WorkflowVersion:
    """Store a workflow and a version of it."""
    document = msgspec.to_builtins(graph or ten_steps())
    project, _ = Project.objects.get_or_create(slug="bench", defaults={"name": "Benchmark"})
    workflow = Workflow.objects.create(project=project, name=name, title=name, draft=document)
    digest = sha256_of(msgspec.json.encode(document))
    return WorkflowVersion.objects.create(workflow=workflow, number=1, digest=digest, graph=document)


def accept(version: WorkflowVersion, count: int) -> list[RunRequest]:
    """Store ``count`` accepted runs and return what is submitted for them."""
    runs = [
        Run(
            project_id=version.workflow.project_id,
            workflow_id=version.workflow_id,
            version=version,
            input=INPUT,
            trace_id=new_trace_id(),
        )
        for _ in range(count)
    ]
    Run.objects.bulk_create(runs, batch_size=500)
    return [RunRequest(run.pk, run.workflow_id, version.pk, INPUT, "bench", run.trace_id) for run in runs]


def projected(requests: Sequence[RunRequest]) -> dict[str, int]:
    """Return how many of these runs SQL shows in each status."""
    found: dict[str, int] = {}
    ids = [request.run_id for request in requests]
    for start in range(0, len(ids), 500):
        for status in Run.objects.filter(pk__in=ids[start : start + 500]).values_list("status", flat=True):
            found[status] = found.get(status, 0) + 1
    return found


def _line(nodes: Sequence[Any], *inside: Any) -> Graph:
    names = ["start", *[node.id for node in nodes], "finish"]
    edges = [
        Edge(source, target, port="approved") if source == "agree" else Edge(source, target)
        for source, target in pairwise(names)
    ]
    return Graph((StartNode(id="start"), *nodes, *inside, EndNode(id="finish")), tuple(edges))
