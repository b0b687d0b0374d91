"""A workflow that runs inside others is deleted only when no run needs it, and nobody is surprised."""

import threading

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction

from designer.actions.delete_workflow import delete_workflow
from designer.actions.errors import WorkflowInUseError
from designer.actions.inner_workflows import workflows_inside
from designer.actions.new_runs import lock
from designer.engine.versions import VersionUnusableError, load_plan
from designer.models import Run, Workflow
from tests.integration.api.test_nesting import make, publish

pytestmark = pytest.mark.usefixtures("with_redis")


def nested(api, title, inner="", version=1):
    made = make(api, title, inner)
    answer = publish(api, made)
    assert answer.status_code == 201, answer.content
    return made


@pytest.fixture
def inner(api, registry):
    return nested(api, "Inner")


@pytest.fixture
def outer(api, inner):
    return nested(api, "Outer", inner["name"])


def a_run(made, status="running", number=1):
    workflow = Workflow.objects.get(pk=made["id"])
    version = workflow.versions.get(number=number)
    return Run.objects.create(project=workflow.project, workflow=workflow, version=version, status=status)


def delete(api, made, query=""):
    return api.delete(f"/api/v1/workflows/{made['id']}{query}")


def in_use(answer):
    assert (answer.status_code, answer.json()["code"]) == (409, "workflow_in_use"), answer.content
    return answer.json()


def test_one_that_a_published_version_has_inside_is_not_deleted_unless_that_is_meant(api, inner, outer):
    problem = in_use(delete(api, inner))
    assert problem["used_by"] == [{"workflow_id": outer["id"], "title": "Outer", "version": 1, "open_runs": 0}]
    assert problem["forcible"] is True
    assert problem["detail"].startswith("“Inner” runs inside “Outer” version 1, which could not be started without it")
    assert delete(api, inner, "?force=true").status_code == 204
    refused = api.post(f"/api/v1/workflows/{outer['id']}/runs", {"input": {}})
    assert (refused.status_code, refused.json()["code"]) == (422, "graph_problems")


def test_one_inside_which_a_run_goes_on_stays_until_that_has_ended(api, inner, outer):
    outermost = nested(api, "Outermost", outer["name"])
    run = a_run(outermost)
    for query in ("", "?force=true"):
        problem = in_use(delete(api, inner, query))
        assert [(use["title"], use["open_runs"]) for use in problem["used_by"]] == [("Outermost", 1), ("Outer", 0)]
        assert problem["forcible"] is False
        assert "of which 1 run has not ended" in problem["detail"]
    assert load_plan(run.version_id)
    Run.objects.filter(pk=run.pk).update(status="completed")
    assert delete(api, inner, "?force=true").status_code == 204


def test_a_run_of_a_draft_needs_it_too_and_no_longer_than_it_goes_on(api, inner):
    drawn = make(api, "Drawn", inner["name"])
    started = api.post(f"/api/v1/workflows/{drawn['id']}/runs", {"input": {}, "version": "draft"})
    assert started.status_code == 202, started.content
    problem = in_use(delete(api, inner))
    assert "the draft of “Drawn”" in problem["detail"]
    Run.objects.update(status="cancelled")
    assert delete(api, inner).status_code == 204


def test_one_that_only_its_own_versions_have_inside_is_deleted(api, outer, inner):
    own = api.get(f"/api/v1/workflows/{outer['id']}").json()
    graph = own["draft"]["graph"]
    graph["nodes"][1]["workflow"] = outer["name"]
    saved = api.put(f"/api/v1/workflows/{outer['id']}/draft", {"graph": graph}, headers={"If-Match": '"1"'})
    assert saved.status_code == 200, saved.content
    answer = api.post(f"/api/v1/workflows/{outer['id']}/publish", {}, headers={"If-Match": saved["ETag"]})
    assert answer.status_code == 201, answer.content
    assert delete(api, outer).status_code == 204
    assert delete(api, inner).status_code == 204


def test_what_force_may_be_is_said(api, inner):
    answer = delete(api, inner, "?force=perhaps")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "/force")


def test_a_run_that_lost_its_inner_workflow_in_the_last_moment_is_refused(api, inner, outer, editor):
    run = a_run(outer, status="completed")
    assert workflows_inside(run.version_id) == (inner["id"],)
    delete_workflow(editor, Workflow.objects.get(pk=inner["id"]), force=True)
    with transaction.atomic(), pytest.raises(VersionUnusableError):
        lock([run])
    again = api.post(f"/api/v1/runs/{run.pk}/retry", {})
    assert again.status_code == 409, again.content


@pytest.mark.django_db(transaction=True)
def test_a_start_and_a_deletion_at_once_wait_for_each_other(api, inner, outer, editor):
    held, refused = threading.Event(), []

    def remove():
        try:
            held.wait(10)
            delete_workflow(User.objects.get(pk=editor.pk), Workflow.objects.get(pk=inner["id"]), force=True)
        except WorkflowInUseError as error:
            refused.append(error)
        finally:
            connection.close()

    other = threading.Thread(target=remove)
    other.start()
    workflow = Workflow.objects.get(pk=outer["id"])
    with transaction.atomic():
        run = Run(project=workflow.project, workflow=workflow, version=workflow.versions.get(number=1))
        lock([run])
        held.set()
        other.join(0.5)
        assert other.is_alive(), "it waits"
        run.save(force_insert=True)
    other.join(20)
    assert [error.data["forcible"] for error in refused] == [False]
