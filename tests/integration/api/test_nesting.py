"""Workflows in workflows: ten levels are published, the eleventh is refused at once."""

import pytest

from designer.domain.graph import MAX_NESTING
from designer.models import Workflow
from tests.integration.api import graphs


def make(api, title, inner):
    node = {"kind": "workflow", "id": "inner", "workflow": inner} if inner else {"kind": "transform", "id": "inner"}
    document = graphs.document(
        {"kind": "start", "id": "start"},
        {**node, **({} if inner else {"output": 1})},
        {"kind": "end", "id": "end"},
        edges=[("start", "inner"), ("inner", "end")],
    )
    return api.post("/api/v1/workflows", {"title": title, "graph": document}).json()


def publish(api, made):
    return api.post(f"/api/v1/workflows/{made['id']}/publish", {}, headers={"If-Match": '"1"'})


@pytest.fixture
def deepest(api, registry):
    """A workflow that holds as many levels of others as are allowed."""
    made = make(api, "Level 0", "")
    assert publish(api, made).status_code == 201
    for level in range(1, MAX_NESTING + 1):
        made = make(api, f"Level {level}", made["name"])
        answer = publish(api, made)
        assert answer.status_code == 201, answer.content
    return made


def test_one_level_more_than_allowed_is_not_published(api, deepest):
    answer = publish(api, make(api, "Too deep", deepest["name"]))
    assert answer.status_code == 422
    (problem,) = answer.json()["problems"]
    assert (problem["code"], problem["node"], problem["field"]) == ("too_deep", "inner", "/workflow")
    assert str(MAX_NESTING) in problem["message"]


def test_the_draft_can_be_saved_and_says_what_is_wrong(api, deepest):
    made = make(api, "Too deep", deepest["name"])
    draft = Workflow.objects.get(pk=made["id"]).draft
    answer = api.post(f"/api/v1/workflows/{made['id']}/validate", {"graph": draft}).json()
    assert [problem["code"] for problem in answer["problems"]] == ["too_deep"], answer
