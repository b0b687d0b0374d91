"""Templates and the sample workflow: ready to run, and never forced on anybody twice."""

import io

import pytest
from django.core.management import call_command

from agentcluster.security import local_token, tokens
from agentcluster.security.models import Role
from agents.models import Agent
from agents.registry.register import register
from agents.tools import builtin
from designer.models import Upload, Workflow

TEMPLATES = "/api/v1/templates"


def seed():
    out = io.StringIO()
    call_command("seed", stdout=out, stderr=out)
    return out.getvalue()


@pytest.mark.usefixtures("with_redis")
def test_every_template_becomes_a_workflow_without_problems_and_its_sample_starts_a_run(api, db, project):
    seed()
    found = api.get(TEMPLATES).json()
    assert found[0]["name"] == "analyse-sales"
    for template in found:
        body = {"title": template["title"], "template": template["name"]}
        workflow = api.post("/api/v1/workflows", body).json()
        assert workflow["draft"]["problems"] == []
        assert workflow["draft"]["graph"] == template["graph"]
        answer = api.post(
            f"/api/v1/workflows/{workflow['id']}/runs", {"input": template["sample_input"], "version": "draft"}
        )
        assert answer.status_code == 202, answer.content


def test_sample_files_are_uploaded_once(api, project, registry):
    first, again = (api.get(f"{TEMPLATES}/analyse-sales").json()["sample_input"] for _ in range(2))
    assert first == again
    assert first["file"]["$artifact"]["name"] == "sales_q3.csv"
    assert Upload.objects.filter(project=project).count() == 1


def test_who_may_not_upload_still_sees_the_templates(project, member, client_of):
    template = client_of(member(Role.VIEWER, "val")).get(f"{TEMPLATES}/analyse-sales").json()
    assert template["sample_input"] == {}
    assert not Upload.objects.exists()


def test_a_template_brings_the_workflows_its_steps_run(api, project, member, client_of):
    for manifest in builtin():
        register(manifest)
    body = {"title": "Import", "template": "batch-import"}
    assert client_of(member(Role.VIEWER, "val")).post("/api/v1/workflows", body).status_code == 403
    assert not Workflow.objects.exists()
    for _ in range(2):
        assert api.post("/api/v1/workflows", body).json()["draft"]["problems"] == []
    brought = Workflow.objects.get(name="analyse-sales")
    assert (brought.project, brought.versions.get().number) == (project, 1)
    assert Workflow.objects.count() == 3


def test_an_unknown_template_is_not_found(api, project):
    assert api.get(f"{TEMPLATES}/nonsense").status_code == 404
    answer = api.post("/api/v1/workflows", {"title": "X", "template": "nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_template")
    both = api.post("/api/v1/workflows", {"title": "X", "template": "analyse-sales", "graph": {}})
    assert both.status_code == 400


def test_seeding_makes_account_project_agents_and_a_published_sample(db, settings):
    seed()
    workflow = Workflow.objects.get()
    assert (workflow.name, workflow.project.slug) == ("analyse-sales", "default")
    assert workflow.versions.get().number == 1
    assert Upload.objects.get().name == "sales_q3.csv"
    assert set(Agent.objects.values_list("name", flat=True)) == {manifest.name for manifest in builtin()}


def test_seeding_again_changes_nothing(db):
    seed()
    before = Workflow.objects.values_list("pk", "draft_revision", "updated_at").get()
    assert seed() == ""
    assert Workflow.objects.values_list("pk", "draft_revision", "updated_at").get() == before


def test_a_deleted_or_changed_sample_is_left_so(db):
    seed()
    Workflow.objects.update(title="Mine now", draft={"nodes": []})
    seed()
    assert Workflow.objects.get().title == "Mine now"
    Workflow.objects.all().delete()
    seed()
    assert not Workflow.objects.exists()


def test_the_owners_token_works_and_only_its_owner_can_read_it(db, settings):
    seed()
    secret = local_token.read(settings.HOME)
    assert tokens.find(secret).user.is_superuser
    assert (settings.HOME / local_token.NAME).stat().st_mode & 0o777 == 0o600
    seed()
    assert local_token.read(settings.HOME) == secret
    tokens.find(secret).delete()
    seed()
    assert local_token.read(settings.HOME) != secret
