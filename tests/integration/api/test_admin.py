"""Workflows, runs, uploads and the audit trail in the admin panel."""

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agentcluster.security.models import Membership, Role
from agentcluster.streams import keys
from agentcluster.streams.shared import shared_client
from designer.models import AuditEntry, BulkOperation, Run, Workflow


@pytest.fixture
def boss(client, published):
    """Staff who may look at the designer's models and delete workflows, and edits in the project."""
    user = User.objects.create_user("boss", is_staff=True)
    allowed = Permission.objects.filter(content_type__app_label="designer", codename__regex="^view|delete_workflow$")
    user.user_permissions.set(allowed)
    Membership.objects.create(project_id=published["project"]["id"], user=user, role=Role.EDITOR)
    client.force_login(user)
    return client


@pytest.fixture
def run(published, with_redis):
    workflow = Workflow.objects.get(pk=published["id"])
    version = workflow.versions.get()
    return Run.objects.create(project=workflow.project, workflow=workflow, version=version, status="running")


def page(answer):
    assert answer.status_code == 200, answer.content[:500]
    return answer.content.decode()


@pytest.mark.parametrize("model", ["workflow", "run", "upload", "auditentry", "bulkoperation"])
def test_lists_and_details_are_shown(boss, run, api, model):
    BulkOperation.objects.create(action="cancel", reason="stuck", total=3)
    api.post("/api/v1/artifacts", {"file": SimpleUploadedFile("data.csv", b"a\n1\n")}, format="multipart")
    rows = page(boss.get(reverse(f"admin:designer_{model}_changelist")))
    found = {"workflow": "Greet", "run": run.pk, "upload": "data.csv", "auditentry": "workflow.publish"}
    assert found.get(model, "cancel") in rows
    row = {"workflow": Workflow, "run": Run, "auditentry": AuditEntry, "bulkoperation": BulkOperation}.get(model)
    if row is not None:
        page(boss.get(reverse(f"admin:designer_{model}_change", args=[row.objects.first().pk])))


def test_a_run_says_what_it_was_made_from_and_what_started_it(boss, run):
    origin = {"kind": "fork", "run_id": run.pk, "reason": "other amount"}
    made = Run.objects.create(
        **{name: getattr(run, name) for name in ("project", "workflow", "version")},
        origin=origin,
        priority="high",
        trigger="cron:nightly",
    )
    shown = page(boss.get(reverse("admin:designer_run_change", args=[made.pk])))
    for words in (reverse("admin:designer_run_change", args=[run.pk]), "other amount", "cron:nightly", "High"):
        assert words in shown


def test_a_run_is_cancelled_as_the_api_does_it(boss, run):
    answer = boss.post(
        reverse("admin:designer_run_changelist"), {"action": "cancel", "_selected_action": [run.pk]}, follow=True
    )
    assert "1 run was told to stop." in page(answer)
    assert shared_client().xlen(keys.inbox(run.pk)) == 1
    assert AuditEntry.objects.filter(action="run.cancel", object_id=run.pk).exists()


def test_a_run_of_a_project_one_is_not_in_is_not_cancelled(boss, run):
    Membership.objects.filter(user__username="boss").delete()
    answer = boss.post(
        reverse("admin:designer_run_changelist"), {"action": "cancel", "_selected_action": [run.pk]}, follow=True
    )
    assert "There is no such thing" in page(answer)
    assert not shared_client().exists(keys.inbox(run.pk))


def test_a_workflow_is_deleted_unless_it_is_at_work(boss, run, published):
    url = reverse("admin:designer_workflow_delete", args=[published["id"]])
    page(boss.get(url))
    assert "have not ended" in page(boss.post(url, {"post": "yes"}, follow=True))
    assert Workflow.objects.exists()
    Run.objects.update(status="completed")
    page(boss.post(url, {"post": "yes"}, follow=True))
    assert not Workflow.objects.exists()


def test_nothing_is_added_or_changed_here(boss, run):
    for model in ("workflow", "run", "upload", "auditentry"):
        assert boss.get(reverse(f"admin:designer_{model}_add")).status_code == 403
