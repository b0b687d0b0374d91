"""A published workflow that greets, and triggers of it."""

import pytest

from agentcluster.security.models import Role
from designer.models import Workflow
from designer.triggers.models import Trigger
from tests.integration.api.conftest import (  # noqa: F401 - fixtures
    api,
    client_of,
    editor,
    member,
    project,
    registry,
    with_redis,
)

GREETING = {
    "schema": "agentcluster.workflow/v1",
    "nodes": [
        {
            "kind": "start",
            "id": "start",
            "schema": {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]},
        },
        {"kind": "transform", "id": "greet", "output": {"text": "Hello ${ input.name }!"}},
        {"kind": "end", "id": "end", "output": {"text": "${ steps.greet.text }"}},
    ],
    "edges": [{"source": "start", "target": "greet"}, {"source": "greet", "target": "end"}],
}


@pytest.fixture
def workflow(api, with_redis):  # noqa: F811
    """The published workflow's row."""
    made = api.post("/api/v1/workflows", {"title": "Greet", "graph": GREETING})
    assert made.status_code == 201, made.content
    published = api.post(f"/api/v1/workflows/{made.json()['id']}/publish", {}, headers={"If-Match": '"1"'})
    assert published.status_code == 201, published.content
    return Workflow.objects.get(pk=made.json()["id"])


@pytest.fixture
def create(api, workflow):  # noqa: F811
    """Creates a trigger over the API and returns the answer's JSON."""

    def make(kind="webhook", name="Hook", **fields):
        answer = api.post(f"/api/v1/workflows/{workflow.pk}/triggers", {"kind": kind, "name": name, **fields})
        assert answer.status_code == 201, answer.content
        return answer.json()

    return make


@pytest.fixture
def row():
    return lambda made: Trigger.objects.select_related("workflow__project", "run_as").get(pk=made["id"])


@pytest.fixture
def operator(member, client_of):  # noqa: F811
    return client_of(member(Role.OPERATOR, "olga"))
