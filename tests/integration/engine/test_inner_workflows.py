"""Workflows inside workflows: loaded with the version that names them, in the same run and log."""

import msgspec
import pytest
from asgiref.sync import sync_to_async

from designer.domain.graph import Graph, WorkflowNode
from designer.engine.versions import VersionUnusableError, load_plan
from designer.models import WorkflowVersion
from tests.integration.engine.lab import Lab, agent, line

load = sync_to_async(load_plan)


async def version_of(lab: Lab, graph: Graph) -> str:
    (request,) = await lab.accept(graph)
    return request.version_id


def inside(version_id: str) -> Graph:
    node = WorkflowNode(id="inner", workflow="other", version_id=version_id, input={"n": "${ input.n }"})
    return line(node, output={"n": "${ steps.inner.n }"})


async def test_a_workflow_runs_inside_another(running: Lab) -> None:
    deepest = line(agent("one", "echo", input={"n": "${ input.n + 1 }"}), output={"n": "${ steps.one.input.n }"})
    middle = inside(await version_of(running, deepest))
    (run_id,) = await running.start(inside(await version_of(running, middle)), {"n": 1})
    (run,) = await running.ended(run_id)
    assert (run.status, run.output) == ("completed", {"n": 2})
    assert any(getattr(event, "step", "") == "inner/inner/one" for event in running.events(run_id))


async def test_a_workflow_cannot_stand_in_itself(lab: Lab) -> None:
    first = await version_of(lab, inside("nothing yet"))
    second = await version_of(lab, inside(first))
    await WorkflowVersion.objects.filter(pk=first).aupdate(graph=msgspec.to_builtins(inside(second)))
    with pytest.raises(VersionUnusableError, match="runs itself"):
        await load(second)


async def test_workflows_stand_only_so_deep_in_each_other(lab: Lab) -> None:
    version = await version_of(lab, line(agent("one", "echo", input={})))
    for _ in range(10):
        version = await version_of(lab, inside(version))
    assert await load(version)
    with pytest.raises(VersionUnusableError, match="10 deep"):
        await load(await version_of(lab, inside(version)))


async def test_a_missing_inner_workflow_fails_the_run_with_a_reason(running: Lab) -> None:
    (run_id,) = await running.start(inside("01k0000000000000000000gone"))
    (run,) = await running.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", "version_unusable")
    assert run.error["message"] == "A workflow inside this one no longer exists."
