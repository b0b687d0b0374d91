"""Nothing of a project exists for those who are not in it, whatever address and method they try."""

import json

import pytest
from django.urls import get_resolver
from rest_framework.test import APIClient

from agentcluster.security.models import Membership, Role
from designer.models import Run, Upload, Workflow, WorkflowVersion
from tests.integration.security.test_deny_by_default import routes

pytestmark = pytest.mark.django_db
DIGEST = "sha256:" + "0" * 64
OURS = [
    route
    for route in routes(get_resolver().url_patterns)
    if route.startswith("api/v1/") and ("<str:workflow_id>" in route or "<str:run_id>" in route)
]


@pytest.fixture
def things(project, member) -> dict[str, str]:
    owner = member(Role.OWNER, "owner")
    workflow = Workflow.objects.create(project=project, name="secret", title="Secret", draft={"nodes": [], "edges": []})
    version = WorkflowVersion.objects.create(workflow=workflow, number=1, digest=DIGEST, graph=workflow.draft)
    run = Run.objects.create(project=project, workflow=workflow, version=version, trace_id="0" * 32, created_by=owner)
    Upload.objects.create(project=project, digest=DIGEST, name="secret.csv", media_type="text/csv", size=1)
    return {"<str:workflow_id>": workflow.pk, "<str:run_id>": run.pk, "<str:digest>": DIGEST, "<int:number>": "1"}


def address(route: str, things: dict[str, str]) -> str:
    for part, value in things.items():
        route = route.replace(part, value)
    return "/" + route


def client_of(user) -> APIClient:
    client = APIClient()
    client.force_login(user)
    return client


def test_the_walk_sees_workflows_and_runs():
    assert len(OURS) >= 12


@pytest.mark.parametrize("route", OURS)
def test_a_stranger_finds_nothing(route, things, member):
    stranger = client_of(member(None, "stranger"))
    where = address(route, things)
    for method in ("get", "post", "put", "patch", "delete"):
        answer = getattr(stranger, method)(where, {}, headers={"If-Match": '"1"'})
        assert answer.status_code in {404, 405}, (method, where, answer.content)
        assert "secret" not in json.dumps(answer.json()).lower()


@pytest.mark.parametrize("path", ["/api/v1/workflows", "/api/v1/runs"])
def test_lists_leave_out_what_is_not_theirs(path, things, member, project):
    stranger = member(None, "stranger")
    assert client_of(stranger).get(path).json()["results"] == []
    Membership.objects.create(project=project, user=stranger, role=Role.VIEWER)
    assert len(client_of(stranger).get(path).json()["results"]) == 1


def test_an_upload_is_read_by_members_only(things, member):
    assert client_of(member(None, "stranger")).get(f"/api/v1/artifacts/{DIGEST}").status_code == 404


def test_a_viewer_changes_nothing(things, member):
    viewer = client_of(member(Role.VIEWER, "viewer"))
    workflow = things["<str:workflow_id>"]
    for method, path in [
        ("patch", f"/api/v1/workflows/{workflow}"),
        ("delete", f"/api/v1/workflows/{workflow}"),
        ("put", f"/api/v1/workflows/{workflow}/draft"),
        ("post", f"/api/v1/workflows/{workflow}/publish"),
        ("post", f"/api/v1/workflows/{workflow}/runs"),
        ("post", f"/api/v1/runs/{things['<str:run_id>']}/cancel"),
    ]:
        sent = {"graph": {"nodes": [], "edges": []}} if method == "put" else {}
        answer = getattr(viewer, method)(path, sent, headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), (method, path, answer.content)
    assert Workflow.objects.get().title == "Secret"
