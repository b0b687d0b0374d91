"""Drafts and versions over REST: what is saved, what is refused and where the error is said to be."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from agents.tools import builtin
from designer.actions.documents import MAX_BYTES
from designer.actions.errors import DraftConflictError
from designer.actions.publish import publish
from designer.actions.save_draft import save_draft
from designer.models import Workflow, WorkflowVersion
from tests.integration.api import graphs

WORKFLOWS = "/api/v1/workflows"


@pytest.fixture
def put(api, workflow):
    def save(graph, revision=1, **headers):
        headers = headers or {"If-Match": f'"{revision}"'}
        return api.put(f"{WORKFLOWS}/{workflow['id']}/draft", {"graph": graph}, headers=headers)

    return save


def test_a_save_raises_the_revision_and_keeps_the_document_as_it_was_sent(api, workflow, put):
    graph = graphs.with_agent()
    graph["nodes"][0]["position"] = {"x": 12.5, "y": -3}

    answer = put(graph)

    assert answer.status_code == 200
    assert (answer.json()["revision"], answer.json()["updated_by"], answer["ETag"]) == (2, "ada", '"2"')
    assert api.get(f"{WORKFLOWS}/{workflow['id']}").json()["draft"]["graph"] == graph


def test_a_draft_may_have_problems_and_is_told_them(put):
    problems = put(graphs.cyclic()).json()["problems"]
    assert "cycle" in {problem["code"] for problem in problems}


def test_a_stale_save_is_refused_and_says_who_was_faster(put, api, workflow):
    put(graphs.with_agent())

    stale = put(graphs.greeting(), revision=1)

    assert stale.status_code == 412
    body = stale.json()
    assert (body["code"], body["revision"], body["updated_by"]) == ("draft_conflict", 2, "ada")
    assert body["updated_at"]
    assert api.get(f"{WORKFLOWS}/{workflow['id']}").json()["draft"]["graph"] == graphs.with_agent()


def test_a_save_must_say_what_it_is_based_on(api, workflow, put):
    url = f"{WORKFLOWS}/{workflow['id']}/draft"
    assert api.put(url, {"graph": graphs.greeting()}).status_code == 428
    assert put(graphs.greeting(), **{"If-Match": "latest"}).status_code == 400


@pytest.mark.parametrize(
    ("graph", "field"),
    [
        ({"nodes": [{"kind": "start", "id": 3}]}, "/graph/nodes/0/id"),
        ({"nodes": [{"kind": "robot", "id": "a"}]}, "/graph/nodes/0/kind"),
        ({"nodes": [{"kind": "start", "id": "a", "colour": "red"}]}, "/graph/nodes/0/colour"),
        ({"nodes": [{"kind": "agent", "id": "a", "retry": {"attempts": "3"}}]}, "/graph/nodes/0/retry/attempts"),
        ({"nodes": {}}, "/graph/nodes"),
        ({"edges": [{"source": "a"}]}, "/graph/edges/0"),
        ({"schema": "somebody.else/v9"}, "/graph/schema"),
        ({"remarks": []}, "/graph/remarks"),
        ("nodes", "/graph"),
    ],
)
def test_a_wrong_shape_is_refused_with_a_pointer_to_it(put, graph, field):
    answer = put(graph)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff\xfe", b'{"graph": NaN}', b"[" * 100_000])
def test_what_is_not_json_is_refused(api, workflow, body):
    url = f"{WORKFLOWS}/{workflow['id']}/draft"
    answer = api.put(url, body, content_type="application/json", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")


def test_a_huge_graph_is_refused(put):
    note = {"kind": "note", "id": "a", "text": "x" * MAX_BYTES}
    assert put({"nodes": [note]}).status_code == 413


def test_a_body_beyond_all_measure_is_not_even_read(put):
    note = {"kind": "note", "id": "a", "text": "x" * (2 * MAX_BYTES)}
    answer = put({"nodes": [note]})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_checking_saves_nothing(api, workflow):
    url = f"{WORKFLOWS}/{workflow['id']}"
    problems = api.post(f"{url}/validate", {"graph": graphs.cyclic()}).json()["problems"]
    assert any(problem["severity"] == "error" for problem in problems)
    assert api.post(f"{url}/validate", {"graph": graphs.greeting()}).json() == {"problems": []}
    assert api.get(url).json()["draft"]["revision"] == 1


def test_publishing_pins_the_agent_version_for_good(api, workflow, put):
    put(graphs.with_agent())
    url = f"{WORKFLOWS}/{workflow['id']}"

    answer = api.post(f"{url}/publish", {"note": "first"}, headers={"If-Match": '"2"'})

    assert answer.status_code == 201
    version = answer.json()
    assert (version["number"], version["note"], version["published_by"]) == (1, "first", "ada")
    node = api.get(f"{url}/versions/1").json()["graph"]["nodes"][1]
    assert node["version"]
    assert api.get(url).json()["draft"]["graph"] == graphs.with_agent()


def test_publishing_pins_the_version_of_http_steps_too(api, workflow, put):
    put(graphs.never_answered())
    published = api.post(f"{WORKFLOWS}/{workflow['id']}/publish", {}, headers={"If-Match": '"2"'})
    assert published.status_code == 201
    node = api.get(f"{WORKFLOWS}/{workflow['id']}/versions/1").json()["graph"]["nodes"][1]
    assert (node["kind"], node["version"]) == ("http", builtin(["http-client"])[0].version)


def test_publishing_what_is_already_published_makes_no_second_version(api, published):
    url = f"{WORKFLOWS}/{published['id']}"
    again = api.post(f"{url}/publish", {}, headers={"If-Match": '"1"'})
    assert (again.status_code, again.json()["number"]) == (200, 1)
    assert len(api.get(f"{url}/versions").json()["results"]) == 1


def test_a_cyclic_graph_is_not_published(api, workflow, put):
    put(graphs.cyclic())
    answer = api.post(f"{WORKFLOWS}/{workflow['id']}/publish", {}, headers={"If-Match": '"2"'})
    assert (answer.status_code, answer.json()["code"]) == (422, "graph_problems")
    assert "cycle" in {problem["code"] for problem in answer.json()["problems"]}


def test_publishing_a_draft_that_was_overtaken_is_refused(api, workflow, put):
    put(graphs.with_agent())
    answer = api.post(f"{WORKFLOWS}/{workflow['id']}/publish", {}, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "draft_conflict")


def test_an_unknown_version_is_not_found(api, published):
    assert api.get(f"{WORKFLOWS}/{published['id']}/versions/7").status_code == 404


def _in_threads(operation, count):
    def alone(number):
        try:
            return operation(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(alone, range(count)))


@pytest.mark.django_db(transaction=True)
def test_of_many_saves_at_once_exactly_one_wins(workflow, editor):
    def save(number):
        row = Workflow.objects.select_related("project").get(pk=workflow["id"])
        try:
            return save_draft(editor, row, graphs.greeting(), 1).draft_revision
        except DraftConflictError as error:
            return error.code

    assert sorted(map(str, _in_threads(save, 6))) == ["2", *["draft_conflict"] * 5]


@pytest.mark.django_db(transaction=True)
def test_versions_published_at_once_get_different_numbers(workflow, editor):
    def change_and_publish(number):
        row = Workflow.objects.select_related("project").get(pk=workflow["id"])
        for _ in range(100):
            row.refresh_from_db()
            graph = graphs.greeting()
            graph["nodes"][1]["output"]["text"] = f"Hello {number}"
            try:
                saved = save_draft(editor, row, graph, row.draft_revision)
                return publish(editor, saved, saved.draft_revision)[0].number
            except DraftConflictError:
                continue
        return None

    assert sorted(_in_threads(change_and_publish, 4)) == [1, 2, 3, 4]
    assert WorkflowVersion.objects.count() == 4
