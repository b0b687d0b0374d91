"""Workflows over REST: created, listed, renamed, deleted; only by those who may."""

import pytest

from agentcluster.security.models import Role
from designer.models import AuditEntry, Run, Workflow
from tests.integration.api import graphs

WORKFLOWS = "/api/v1/workflows"


def test_an_empty_workflow_begins_with_a_start_and_an_end(api, registry, project):
    answer = api.post(WORKFLOWS, {"title": "Über sales: Q3!"})

    assert answer.status_code == 201
    detail = answer.json()
    assert (detail["name"], detail["title"]) == ("uber-sales-q3", "Über sales: Q3!")
    assert [node["kind"] for node in detail["draft"]["graph"]["nodes"]] == ["start", "end"]
    assert detail["draft"]["revision"] == 1
    assert answer["ETag"] == '"1"'
    assert answer["Location"].endswith(f"{WORKFLOWS}/{detail['id']}")
    assert detail["project"] == {"id": project.pk, "slug": "sales", "name": "Sales"}
    assert detail["role"] == "editor"


def test_names_made_from_titles_never_clash_and_chosen_names_are_refused_when_taken(api, registry):
    first, second = (api.post(WORKFLOWS, {"title": "Report"}).json() for _ in range(2))
    assert (first["name"], second["name"]) == ("report", "report-2")

    taken = api.post(WORKFLOWS, {"title": "Other", "name": "report"})

    assert taken.status_code == 409
    assert taken.json()["code"] == "name_taken"
    assert taken.json()["errors"][0]["field"] == "/name"


def test_a_title_in_chinese_still_gets_a_name(api, registry):
    assert api.post(WORKFLOWS, {"title": "分析销售"}).json()["name"] == "workflow"


def test_the_list_shows_what_the_page_needs(api, published):
    Run.objects.create(
        project_id=published["project"]["id"],
        workflow_id=published["id"],
        version=Workflow.objects.get(pk=published["id"]).versions.get(),
        status="completed",
    )
    (row,) = api.get(WORKFLOWS).json()["results"]
    assert row["published_version"] == 1
    assert row["node_count"] == 3
    assert row["updated_by"] == "ada"
    assert row["last_run"]["status"] == "completed"


def test_lists_take_the_same_number_of_queries_whatever_their_length(api, registry, django_assert_max_num_queries):
    for number in range(5):
        api.post(WORKFLOWS, {"title": f"Report {number}"})
    with django_assert_max_num_queries(4):
        assert len(api.get(WORKFLOWS).json()["results"]) == 5


def test_lists_are_searched_and_paged(api, registry):
    for number in range(5):
        api.post(WORKFLOWS, {"title": f"Report {number}", "description": "odd" if number % 2 else "even"})

    assert {row["title"] for row in api.get(f"{WORKFLOWS}?search=odd").json()["results"]} == {"Report 1", "Report 3"}
    assert api.get(f"{WORKFLOWS}?name=report-3").json()["results"][0]["title"] == "Report 3"
    page = api.get(f"{WORKFLOWS}?limit=2").json()
    rest = api.get(page["next"]).json()
    assert [row["title"] for row in page["results"] + rest["results"]] == [f"Report {n}" for n in (4, 3, 2, 1)]


def test_a_search_no_database_can_do_is_refused(api):
    answer = api.get(f"{WORKFLOWS}?search=%00")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "/search")


def test_renaming_keeps_the_draft(api, workflow):
    answer = api.patch(f"{WORKFLOWS}/{workflow['id']}", {"title": "Greetings", "name": "greetings"})
    assert (answer.json()["title"], answer.json()["name"]) == ("Greetings", "greetings")
    assert answer["ETag"] == '"1"'


def test_a_deleted_workflow_is_gone_with_its_finished_runs(api, published):
    version = Workflow.objects.get(pk=published["id"]).versions.get()
    Run.objects.create(
        project_id=published["project"]["id"], workflow_id=published["id"], version=version, status="failed"
    )
    assert api.delete(f"{WORKFLOWS}/{published['id']}").status_code == 204
    assert api.get(f"{WORKFLOWS}/{published['id']}").status_code == 404
    assert not Run.objects.exists()


def test_a_workflow_with_a_run_in_progress_is_not_deleted(api, published):
    version = Workflow.objects.get(pk=published["id"]).versions.get()
    Run.objects.create(
        project_id=published["project"]["id"], workflow_id=published["id"], version=version, status="running"
    )
    answer = api.delete(f"{WORKFLOWS}/{published['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "workflow_busy")
    assert Workflow.objects.filter(pk=published["id"]).exists()


def test_every_write_is_in_the_audit_trail(api, published):
    api.delete(f"{WORKFLOWS}/{published['id']}")
    trail = AuditEntry.objects.order_by("id").values_list("user__username", "action", "object_id", "title")
    assert list(trail) == [
        ("ada", action, published["id"], "Greet")
        for action in ("workflow.create", "workflow.publish", "workflow.delete")
    ]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_who_may_only_look_cannot_write(workflow, member, client_of, role):
    reader = client_of(member(role, "bob"))
    url = f"{WORKFLOWS}/{workflow['id']}"
    assert reader.get(url).status_code == 200
    for answer in (
        reader.post(WORKFLOWS, {"title": "Mine"}),
        reader.patch(url, {"title": "Mine"}),
        reader.put(f"{url}/draft", {"graph": graphs.greeting()}, headers={"If-Match": '"1"'}),
        reader.post(f"{url}/publish", {}, headers={"If-Match": '"1"'}),
        reader.delete(url),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_for_strangers_a_workflow_does_not_exist(workflow, member, client_of):
    stranger = client_of(member(None, "eve"))
    url = f"{WORKFLOWS}/{workflow['id']}"
    assert stranger.get(WORKFLOWS).json()["results"] == []
    for answer in (
        stranger.get(url),
        stranger.patch(url, {"title": "Mine"}),
        stranger.put(f"{url}/draft", {"graph": {}}, headers={"If-Match": '"1"'}),
        stranger.post(f"{url}/validate", {"graph": {}}),
        stranger.post(f"{url}/publish", {}, headers={"If-Match": '"1"'}),
        stranger.get(f"{url}/versions"),
        stranger.post(f"{url}/runs", {"input": {}}),
        stranger.delete(url),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_without_a_login_nothing_is_told(client_of, workflow):
    answer = client_of(None).get(WORKFLOWS)
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
