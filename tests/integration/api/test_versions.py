"""The history of a workflow over REST: what goes on with which version, and the way back to one."""

import pytest

from agentcluster.security.models import Role
from designer.models import AuditEntry, Run, Workflow
from tests.integration.api import graphs

WORKFLOWS = "/api/v1/workflows"


@pytest.fixture
def url(published):
    """A workflow with version 1, whose draft (revision 2) is another graph by now."""
    address = f"{WORKFLOWS}/{published['id']}"
    saved = api_put(published["api"], f"{address}/draft", {"graph": graphs.with_agent()}, 1)
    assert saved.status_code == 200, saved.content
    return address


@pytest.fixture
def published(api, published):
    return {**published, "api": api}


def api_put(api, path, body, revision):
    return api.put(path, body, headers={"If-Match": f'"{revision}"'})


def restore(api, url, number=1, revision=2, **body):
    return api.post(f"{url}/versions/{number}/restore", body, headers={"If-Match": f'"{revision}"'})


def test_the_draft_becomes_the_version_again(api, url):
    version = api.get(f"{url}/versions/1").json()

    answer = restore(api, url, reason="The new one is slow")

    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["revision"], told["updated_by"], told["problems"], answer["ETag"]) == (3, "ada", [], '"3"')
    assert told["graph"] == version["graph"]
    assert api.get(url).json()["draft"]["graph"] == version["graph"]
    assert api.get(f"{url}/diff?from=1&to=draft").json()["text"] == ""
    again = api.post(f"{url}/publish", {}, headers={"If-Match": '"3"'})
    assert (again.status_code, again.json()["number"]) == (200, 1)


def test_agents_stay_at_the_versions_they_were_published_with(api, url):
    assert api.post(f"{url}/publish", {}, headers={"If-Match": '"2"'}).status_code == 201
    pinned = api.get(f"{url}/versions/2").json()["graph"]["nodes"][1]["version"]

    assert restore(api, url, number=2).json()["graph"]["nodes"][1]["version"] == pinned


def test_who_did_it_and_why_is_kept(api, url, editor):
    restore(api, url, reason="The new one is slow")

    entry = AuditEntry.objects.filter(action="workflow.restore_version").get()
    assert (entry.user, entry.title) == (editor, "Greet")
    assert entry.data == {"number": 1, "revision": 3, "reason": "The new one is slow"}
    assert not AuditEntry.objects.filter(action="workflow.save_draft", data__revision=3).exists()


def test_a_newer_draft_is_not_lost(api, url):
    refused = restore(api, url, revision=1)

    assert refused.status_code == 412
    assert (refused.json()["code"], refused.json()["revision"]) == ("draft_conflict", 2)
    assert api.get(url).json()["draft"]["graph"] == graphs.with_agent()
    assert not AuditEntry.objects.filter(action="workflow.restore_version").exists()


def test_it_must_be_said_which_draft_is_replaced(api, url):
    assert api.post(f"{url}/versions/1/restore", {}).status_code == 428


def test_an_unknown_version_is_told_by_its_number(api, url):
    answer = restore(api, url, number=7)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert answer.json()["detail"] == "“Greet” has no version 7."


@pytest.mark.parametrize("reason", ["x" * 501, ["because"], None])
def test_a_reason_that_does_not_fit_is_refused_at_its_field(api, url, reason):
    answer = restore(api, url, reason=reason)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "/reason"


@pytest.mark.parametrize(("role", "status"), [(Role.VIEWER, 403), (Role.OPERATOR, 403), (None, 404)])
def test_only_editors_may(client_of, member, url, role, status):
    answer = restore(client_of(member(role, "bob")), url)
    assert answer.status_code == status, answer.content
    assert Workflow.objects.get().draft_revision == 2


def test_the_list_says_how_many_runs_go_on_with_each(api, url):
    workflow = Workflow.objects.get()
    version = workflow.versions.get()
    api.post(f"{url}/publish", {}, headers={"If-Match": '"2"'})
    for status in ("running", "waiting", "completed"):
        Run.objects.create(project=workflow.project, workflow=workflow, version=version, status=status)

    rows = api.get(f"{url}/versions").json()["results"]

    assert [(row["number"], row["open_runs"]) for row in rows] == [(2, 0), (1, 2)]


def test_the_difference_is_told_line_by_line(api, url):
    answer = api.get(f"{url}/diff?from=1&to=draft").json()

    lines = [(line["change"], line["text"]) for line in answer["lines"]]
    assert ("added", "  agent: file-reader") in lines
    assert ("removed", "  id: greet") in lines
    told = [line for line in answer["text"].splitlines()[2:] if line.startswith(("+", "-"))]
    assert [text for change, text in lines if change == "added"] == [line[1:] for line in told if line[0] == "+"]
    assert [text for change, text in lines if change == "removed"] == [line[1:] for line in told if line[0] == "-"]
    assert api.get(f"{url}/diff?from=1&to=1").json()["lines"] == []
