"""The work: workflows of ten steps, one after the other, each a call to the agent ``bench-noop``."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import msgspec

from agentcluster.ids import new_trace_id, sha256_of
from agentcluster.security.models import Project
from designer.domain.graph import AgentNode, Edge, EndNode, Graph, StartNode
from designer.engine.request import RunRequest
from designer.models import Run, Workflow, WorkflowVersion

STEPS: Final = 10
AGENT: Final = "bench-noop"
INPUT: Final = {"order": "A-1001", "customer": "c-77", "amount": 129.5, "items": ["sku-1", "sku-2", "sku-3"]}


def ten_steps() -> Graph:
    """Return a sequential workflow; every step gets the output of the one before."""
    names = [f"step_{number}" for number in range(1, STEPS + 1)]
    sources = ["input", *[f"steps.{name}" for name in names[:-1]]]
    calls = [
        AgentNode(id=name, agent=AGENT, input={"order": f"${{ {source}.order }}", "step": name})
        for name, source in zip(names, sources, strict=True)
    ]
    line = ["start", *names, "finish"]
    edges = [Edge(source, target) for source, target in pairwise(line)]
    return Graph((StartNode(id="start"), *calls, EndNode(id="finish")), tuple(edges))


def create_version() -> WorkflowVersion:
    """Store the workflow and a version of it."""
    document = msgspec.to_builtins(ten_steps())
    project = Project.objects.create(slug="bench", name="Benchmark")
    workflow = Workflow.objects.create(project=project, name="ten-steps", title="Ten steps", draft=document)
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
