"""A run's detail brings the graphs of the workflows that run inside its steps."""

import pytest

from designer.models import Run, Workflow, WorkflowVersion


def graph_of(*inner):
    nodes = [{"kind": "workflow", "id": f"step{index}", "version_id": pk} for index, pk in enumerate(inner)]
    return {"nodes": [{"kind": "start", "id": "start"}, *nodes], "edges": []}


@pytest.fixture
def workflow(published):
    return Workflow.objects.get(pk=published["id"])


@pytest.fixture
def version_of(workflow):
    def make(number, graph):
        return WorkflowVersion.objects.create(workflow=workflow, number=number, graph=graph, digest=f"{number}" * 64)

    return make


@pytest.fixture
def detail_of(api, workflow):
    def get(version):
        run = Run.objects.create(project=workflow.project, workflow=workflow, version=version, trace_id="0" * 32)
        answer = api.get(f"/api/v1/runs/{run.pk}")
        assert answer.status_code == 200, answer.content
        return answer.json()

    return get


def test_graphs_at_any_depth_come_by_the_id_of_their_version(version_of, detail_of):
    deepest = version_of(7, graph_of())
    middle = version_of(8, graph_of(deepest.pk, deepest.pk))
    detail = detail_of(version_of(9, graph_of(middle.pk)))
    assert detail["subgraphs"] == {middle.pk: middle.graph, deepest.pk: deepest.graph}


def test_a_run_without_inner_workflows_has_none(version_of, detail_of):
    assert detail_of(version_of(7, graph_of()))["subgraphs"] == {}


def test_a_version_that_is_gone_is_left_out(version_of, detail_of):
    assert detail_of(version_of(7, graph_of("01gone")))["subgraphs"] == {}
