"""Starting a run over REST: what is checked, what is written down, what the engine is told."""

from concurrent.futures import ThreadPoolExecutor

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from agentcluster import artifacts
from agentcluster.security.models import Membership, Project, Role
from agentcluster.streams import keys
from agentcluster.streams.shared import shared_client
from agentcluster.up import embedded
from designer.actions.run_input import whole_input
from designer.actions.start_run import start_run
from designer.engine.request import decode_request
from designer.models import Run, Workflow
from tests.integration.api import graphs

pytestmark = pytest.mark.usefixtures("with_redis")


@pytest.fixture
def start(api, published, django_capture_on_commit_callbacks):
    def post(value=None, client=api, key=None, **body):
        headers = {"Idempotency-Key": key} if key else {}
        url = f"/api/v1/workflows/{published['id']}/runs"
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(url, {"input": {"name": "Ada"} if value is None else value, **body}, headers=headers)

    return post


def upload(client, content=b"a,b\n1,2\n", name="data.csv", media_type="text/csv", **fields):
    file = SimpleUploadedFile(name, content, media_type)
    return client.post("/api/v1/artifacts", {"file": file, **fields}, format="multipart")


def hints():
    return [decode_request(fields[b"r"]) for _, fields in shared_client().xrange(keys.READY)]


def errors_of(answer):
    return {(error["field"], error["code"]) for error in answer.json()["errors"]}


def test_an_accepted_run_is_written_down_and_the_engine_is_told(start, published):
    answer = start()

    assert answer.status_code == 202
    run = answer.json()
    assert answer["Location"].endswith(f"/api/v1/runs/{run['id']}")
    assert (run["status"], run["version"], run["created_by"]) == ("pending", 1, "ada")
    assert run["input"] == {"name": "Ada", "punctuation": "!"}
    assert (run["steps_done"], run["steps_total"], run["cursor"]) == (0, 2, 0)
    assert run["graph"]["nodes"][0]["id"] == "start"
    assert len(run["trace_id"]) == 32
    (hint,) = [hint for hint in hints() if hint.run_id == run["id"]]
    assert (hint.workflow_id, hint.started_by, hint.input) == (published["id"], "ada", run["input"])


def test_the_same_key_and_request_give_the_first_run_again(start):
    first, again = start(key="abc"), start(key="abc")
    assert (first.status_code, again.status_code) == (202, 200)
    assert first.json()["id"] == again.json()["id"]
    assert Run.objects.count() == 1


@pytest.mark.parametrize("other", [{"value": {"name": "Bob"}}, {"version": 1}, {"labels": {"team": "x"}}])
def test_a_key_used_for_another_request_is_refused(start, other):
    first = start(key="abc")
    answer = start(key="abc", **other)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert answer.json()["run_id"] == first.json()["id"]


def test_an_endless_key_is_refused(start):
    assert start(key="k" * 201).status_code == 400


@pytest.mark.parametrize(
    ("value", "errors"),
    [
        ({}, {("/input/name", "required")}),
        ({"name": 3}, {("/input/name", "type")}),
        ({"name": "", "punctuation": 1}, {("/input/name", "minLength"), ("/input/punctuation", "type")}),
        ([1], {("/input", "type")}),
        ({"name": "Ada", "file": "data.csv"}, {("/input/file", "file")}),
        ({"name": "Ada", "file": {"$artifact": {"digest": "nonsense", "size": 1}}}, {("/input/file", "bad_digest")}),
    ],
)
def test_input_that_does_not_fit_is_refused_by_field_and_no_run_is_made(start, value, errors):
    answer = start(value)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_input")
    assert errors_of(answer) == errors
    assert not Run.objects.exists()


def test_input_too_large_for_a_run_names_the_largest_field_and_no_run_is_made(start):
    answer = start({"name": "Ada", "punctuation": "x" * 1_100_000})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert errors_of(answer) == {("/input/punctuation", "too_large")}
    assert "POST /api/v1/artifacts" in answer.json()["detail"]
    assert not Run.objects.exists()


def test_a_large_input_is_kept_apart(start):
    answer = start({"name": "Ada", "punctuation": "x" * 700_000})
    assert answer.status_code == 202, answer.content
    kept = answer.json()["input"]["punctuation"]["$artifact"]
    assert (kept["size"], kept["media_type"], kept["name"]) == (700_002, "application/json", "punctuation.json")
    assert artifacts.read_bytes(kept["digest"]) == b'"%s"' % (b"x" * 700_000)
    assert answer.json()["input"]["name"] == "Ada"


def test_an_input_of_five_megabytes_is_refused(start):
    answer = start({"name": "x" * 5 * 1024 * 1024})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert not Run.objects.exists()


def test_a_key_with_control_characters_is_refused(start):
    assert start(key="a\x01b").status_code == 400


@pytest.mark.parametrize("value", [{"name": "a\0b"}, {"name": "Ada", "a\0b": 1}, {"name": [["\0"]]}])
def test_null_characters_are_refused_wherever_they_stand(start, value):
    answer = start(value)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert "null character" in answer.json()["detail"]


@pytest.mark.parametrize(("depth", "status"), [(90, 202), (101, 400), (10_000, 400)])
def test_nesting_has_an_end(api, published, depth, status):
    body = '{"input": {"name": "Ada", "deep": ' + "[" * depth + "]" * depth + "}}"
    answer = api.generic("POST", f"/api/v1/workflows/{published['id']}/runs", body, content_type="application/json")
    assert answer.status_code == status, answer.content


def test_an_uploaded_file_is_taken_as_it_was_uploaded(start, api):
    ref = upload(api).json()["ref"]
    lie = {"$artifact": {**ref["$artifact"], "size": 1, "media_type": "text/html"}}
    assert start({"name": "Ada", "file": lie}).json()["input"]["file"] == ref


def test_a_file_that_was_never_uploaded_is_named(start):
    ghost = {"$artifact": {"digest": f"sha256:{'0' * 64}", "size": 3, "name": "ghost.csv"}}
    answer = start({"name": "Ada", "file": ghost})
    assert errors_of(answer) == {("/input/file", "unknown_artifact")}
    assert "ghost.csv" in answer.json()["errors"][0]["message"]


def test_a_file_of_another_project_is_as_good_as_none(start, api, editor, member, client_of):
    other = Project.objects.create(slug="other", name="Other")
    bob = member(None, "bob")
    Membership.objects.create(project=other, user=bob, role=Role.EDITOR)
    theirs = upload(client_of(bob), b"secret").json()["ref"]
    assert errors_of(start({"name": "Ada", "file": theirs})) == {("/input/file", "unknown_artifact")}


def test_a_draft_runs_as_a_snapshot(start, api, published):
    first, second = start(version="draft").json(), start(version="draft").json()
    assert first["version"] is None
    versions = Run.objects.filter(pk__in=[first["id"], second["id"]]).values_list("version_id", flat=True)
    assert len(set(versions)) == 1
    assert len(api.get(f"/api/v1/workflows/{published['id']}/versions").json()["results"]) == 1


def test_a_draft_with_problems_does_not_run(start, api, published):
    url = f"/api/v1/workflows/{published['id']}"
    api.put(f"{url}/draft", {"graph": graphs.cyclic()}, headers={"If-Match": '"1"'})
    answer = start(version="draft")
    assert (answer.status_code, answer.json()["code"]) == (422, "graph_problems")
    assert start().status_code == 202


def test_what_was_never_published_needs_publishing(api, workflow):
    answer = api.post(f"/api/v1/workflows/{workflow['id']}/runs", {"input": {"name": "Ada"}})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_published")


@pytest.mark.parametrize(("version", "status"), [(9, 404), ("newest", 400), (0, 400), (True, 400), (1.5, 400)])
def test_a_version_that_is_none_is_refused(start, version, status):
    assert start(version=version).status_code == status


def test_labels_are_texts(start):
    assert start(labels={"team": "sales"}).json()["labels"] == {"team": "sales"}
    answer = start(labels={"team": [1]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "/labels/team")


def test_a_viewer_may_not_start_but_an_operator_may(start, member, client_of):
    assert start(client=client_of(member(Role.VIEWER, "val"))).status_code == 403
    assert start(client=client_of(member(Role.OPERATOR, "oz"))).status_code == 202


def test_while_redis_is_away_no_run_is_accepted(start, settings):
    settings.REDIS_URL = f"redis://{embedded.LOOPBACK}:{embedded.free_port()}/0"
    answer = start()
    assert (answer.status_code, answer.json()["code"]) == (503, "redis_unavailable")
    assert not Run.objects.exists()


def test_cancelling_puts_a_command_into_the_inbox(start, api):
    run = start().json()
    answer = api.post(f"/api/v1/runs/{run['id']}/cancel", {"reason": "wrong file"})
    assert answer.status_code == 202
    ((_, fields),) = shared_client().xrange(keys.inbox(run["id"]))
    assert msgspec.json.decode(next(iter(fields.values()))) == {
        "command": "cancel",
        "by": "ada",
        "reason": "wrong file",
    }


def test_a_finished_run_cannot_be_cancelled(start, api):
    run = start().json()
    Run.objects.filter(pk=run["id"]).update(status="completed")
    answer = api.post(f"/api/v1/runs/{run['id']}/cancel", {})
    assert (answer.status_code, answer.json()["code"]) == (409, "run_finished")


@pytest.mark.django_db(transaction=True)
def test_the_same_key_many_times_at_once_starts_one_run(published, editor):
    workflow = Workflow.objects.get(pk=published["id"])

    def start_one(_):
        try:
            return start_run(editor, workflow, {"name": "Ada"}, idempotency_key="once")
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        started = list(pool.map(start_one, range(6)))
    assert len({run.pk for run, _ in started}) == 1
    assert [new for _, new in started].count(True) == 1
    assert len([hint for hint in hints() if hint.run_id == started[0][0].pk]) == 1


def test_a_large_input_is_whole_again_for_runs_made_from_it(start):
    run = Run.objects.get(pk=start({"name": "Ada", "punctuation": "!" * 70_000}).json()["id"])
    assert "$artifact" in run.input["punctuation"]
    assert whole_input(run.input, run.project) == {"name": "Ada", "punctuation": "!" * 70_000}
