"""Nobody gets at a file of another project by writing down its digest, wherever data can be given."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from agentcluster import artifacts
from agentcluster.security.models import Membership, Project, Role
from agentcluster.streams import dead_letters, keys
from agentcluster.streams.shared import shared_client
from designer.domain import events as ev
from designer.models import Run, Workflow
from tests.integration.api import graphs
from tests.integration.api.records import write_log

pytestmark = pytest.mark.usefixtures("with_redis")

ANY = {"type": "object", "x-type": "file"}
FILE_FORM = {"type": "object", "properties": {"file": ANY}}


def uploaded(client, project, content, name="a.csv", media_type="text/csv"):
    file = SimpleUploadedFile(name, content, media_type)
    answer = client.post("/api/v1/artifacts", {"file": file, "project": project.slug}, format="multipart")
    assert answer.status_code == 201, answer.content
    return answer.json()["ref"]


@pytest.fixture
def foreign(member, client_of):
    """The reference to a file of a project that ``api`` is not in."""
    other = Project.objects.create(slug="other", name="Other")
    bob = member(None, "bob")
    Membership.objects.create(project=other, user=bob, role=Role.EDITOR)
    return uploaded(client_of(bob), other, b"salary\n1\n")


@pytest.fixture
def own(api, project):
    return uploaded(api, project, b"a,b\n1,2\n")


@pytest.fixture
def workflow(api, registry, project):
    start_schema = {"type": "object", "properties": {"file": ANY, "any": {}}}
    graph = graphs.document(
        {"kind": "start", "id": "start", "schema": start_schema},
        {"kind": "transform", "id": "made", "output": {"file": None}},
        {"kind": "approval", "id": "ask", "message": "?", "schema": FILE_FORM},
        {"kind": "signal", "id": "sent", "name": "sent"},
        {"kind": "end", "id": "end"},
        edges=[("start", "made"), ("made", "ask"), ("sent", "end")],
    )
    graph["edges"].append({"source": "ask", "target": "sent", "port": "approved"})
    made = api.post("/api/v1/workflows", {"title": "Files", "graph": graph}).json()
    answer = api.post(f"/api/v1/workflows/{made['id']}/publish", {}, headers={"If-Match": '"1"'})
    assert answer.status_code == 201, answer.content
    return Workflow.objects.get(pk=made["id"])


@pytest.fixture
def run(workflow):
    """A run that made a file of its own and waits for approval."""
    run = Run.objects.create(
        project=workflow.project, workflow=workflow, version=workflow.versions.get(), status="running", input={}
    )
    made = artifacts.put_bytes(b"made by the run", "text/plain", "made.txt")
    records = write_log(
        run,
        [
            ev.RunStarted(run.pk, workflow.pk, run.version_id, {}),
            ev.StepCompleted("made", {"file": made.to_value()}),
            ev.ApprovalRequested("ask", "?", schema=FILE_FORM),
        ],
    )
    run.made, run.last = made.to_value(), records[-1]
    return run


def letter(run):
    """A dead letter of the run, as the engine writes one down."""
    fields = {"run_id": run.pk, "workflow_id": run.workflow_id, "step": "made", "agent": "csv-parse", "input": "{}"}
    entry = shared_client().xadd(keys.dead_letters("csv-parse"), fields)
    shared_client().sadd(keys.DEAD_LETTER_AGENTS, "csv-parse")
    newest = dead_letters.read(shared_client(), "csv-parse")[0]
    assert newest.entry_id == entry.decode()
    return newest.entry_id


@pytest.fixture
def give(api, run, workflow, django_capture_on_commit_callbacks):
    """Gives a value on one of the ways."""

    def request(way, value):
        runs, starts = f"/api/v1/runs/{run.pk}", f"/api/v1/workflows/{workflow.pk}"
        if way == "redrive":
            return api.post(f"/api/v1/dead-letters/csv-parse/{letter(run)}/redrive", {"input": {"file": value}})
        url, body = {
            "start": (f"{starts}/runs", {"input": {"any": [value]}, "version": 1}),
            "batch": (f"{starts}/runs/batch", {"runs": [{"input": {"file": value}}], "version": 1}),
            "signal": (f"{runs}/signal", {"name": "sent", "data": {"deep": [value]}}),
            "approval": (f"{runs}/approvals/ask", {"approved": True, "data": {"file": value}}),
            "rejection": (f"{runs}/approvals/ask", {"approved": False, "data": {"file": value}}),
            "fork of an input": (f"{runs}/fork", {"after": 2, "input": {"any": {"x": value}}}),
            "fork of an output": (f"{runs}/fork", {"after": 2, "outputs": {"made": {"file": value}}}),
        }[way]
        return api.post(url, body)

    def act(way, value):
        with django_capture_on_commit_callbacks(execute=True):
            return request(way, value)

    return act


WAYS = ["start", "batch", "signal", "approval", "rejection", "fork of an input", "fork of an output", "redrive"]


def told(answer):
    """Every error of an answer, of one request or of a batch."""
    body = answer.json()
    results = body.get("results", [{"problem": body}])
    return [error for result in results for error in result["problem"]["errors"]]


@pytest.mark.parametrize("way", WAYS)
def test_a_file_of_another_project_is_unknown(give, foreign, way):
    answer = give(way, foreign)
    assert answer.status_code in (400, 422), answer.content
    (error,) = told(answer)
    assert error["code"] == "unknown_artifact"
    assert "was not uploaded to the project “Sales”" in error["message"]


@pytest.mark.parametrize("way", WAYS)
def test_nor_does_it_come_inside_a_json_file(give, foreign, api, project, way):
    inner = uploaded(api, project, json.dumps({"deep": [foreign]}).encode(), "in.txt", "text/plain")
    inner["$artifact"]["media_type"] = "application/json"
    escaped = json.dumps({"x": inner}).replace("$", "\\u0024").encode()
    given = uploaded(api, project, escaped, "a.json", "application/json")
    answer = give(way, given)
    assert answer.status_code in (400, 422), answer.content
    (error,) = told(answer)
    assert error["code"] == "unknown_artifact"
    assert foreign["$artifact"]["digest"] in error["message"]


@pytest.mark.parametrize("way", [way for way in WAYS if way != "redrive"])
def test_a_file_of_the_project_is_given_as_it_was_uploaded(give, own, way):
    claimed = {"$artifact": {**own["$artifact"], "media_type": "application/json", "size": 3}}
    answer = give(way, claimed)
    assert answer.status_code < 300, answer.content


@pytest.mark.parametrize("way", ["signal", "approval", "fork of an output"])
def test_what_the_run_made_may_be_given_to_it_again(give, run, way):
    answer = give(way, run.made)
    assert answer.status_code < 300, answer.content


def test_what_is_sent_says_of_the_file_what_is_known_of_it(give, own, run):
    claimed = {"$artifact": {**own["$artifact"], "media_type": "application/json", "size": 3, "name": "mine.csv"}}
    assert give("signal", claimed).status_code == 202
    ((_, fields),) = shared_client().xrange(keys.inbox(run.pk))
    sent = json.loads(fields[b"c"])["data"]["deep"]
    assert sent == [{"$artifact": {**own["$artifact"], "name": "mine.csv"}}]


@pytest.mark.parametrize("way", ["signal", "approval", "fork of an output"])
def test_what_only_looks_like_a_reference_is_told_where(give, way):
    answer = give(way, {"$artifact": {"digest": "../../secret", "size": 1}})
    assert answer.status_code == 422, answer.content
    (error,) = answer.json()["errors"]
    assert error["field"].endswith(("/deep/0", "/file"))


def test_what_stands_in_a_file_somebody_sent_is_no_word_of_the_run(api, run, foreign, project):
    given = uploaded(api, project, json.dumps(foreign).encode(), "a.json", "application/json")
    write_log(run, [ev.SignalReceived("sent", data=given)], run.last)
    digest = foreign["$artifact"]["digest"]
    assert api.get(f"/api/v1/runs/{run.pk}/artifacts/{digest}").status_code == 404


class TestGraphs:
    """What stands in a workflow itself."""

    @pytest.fixture
    def problems(self, api, registry):
        def of(output, project=None, **start):
            graph = graphs.document(
                {"kind": "start", "id": "start", **start},
                {"kind": "transform", "id": "make", "output": output},
                {"kind": "end", "id": "end"},
                edges=[("start", "make"), ("make", "end")],
            )
            made = api.post("/api/v1/workflows", {"title": "Literal", "graph": graph}).json()
            answer = api.post(f"/api/v1/workflows/{made['id']}/publish", {}, headers={"If-Match": '"1"'})
            found = answer.json().get("problems", [])
            assert (answer.status_code == 201) == (not found), answer.content
            return [(each["code"], each["node"], each["field"]) for each in found if each["severity"] == "error"]

        return of

    def test_a_file_of_another_project_is_a_problem(self, problems, foreign):
        assert problems({"x": [foreign]}) == [("unknown_artifact", "make", "/output/x/0")]

    def test_so_is_one_as_the_default_of_an_input(self, problems, foreign):
        schema = {"type": "object", "properties": {"file": {**ANY, "default": foreign}}}
        assert problems(1, schema=schema) == [("unknown_artifact", "start", "/schema/properties/file/default")]

    def test_so_is_a_reference_made_of_parts(self, problems):
        made = {"$artifact": {"digest": "${ input.digest }", "size": 3}}
        assert problems(made, schema={"type": "object", "properties": {"digest": {"type": "string"}}}) == [
            ("made_reference", "make", "/output")
        ]

    def test_a_file_of_the_project_is_none(self, problems, own):
        assert problems({"file": own}) == []

    def test_nor_is_a_schema_that_describes_a_file(self, problems):
        described = {"type": "object", "properties": {"$artifact": {"type": "object", "properties": {"digest": {}}}}}
        assert problems(1, schema={"type": "object", "properties": {"file": described}}) == []


@pytest.mark.parametrize(
    ("kind", "config", "event"),
    [
        ("webhook", {}, {"body": {}}),
        ("nats", {"subject": "orders.new"}, {"body": {}}),
        ("stream", {"key": "orders"}, {"body": {}}),
        ("cron", {"cron": "0 6 * * *"}, {"schedule": {}}),
    ],
)
@pytest.mark.parametrize("mapped", ["passed on", "put together", "literal"])
def test_nor_does_an_event_of_a_trigger_bring_one(api, workflow, foreign, kind, config, event, mapped):
    root = next(iter(event))
    value = {
        "passed on": "${ " + root + ".file }",
        "put together": {"$artifact": "${ " + root + ".fields }"},
        "literal": foreign,
    }[mapped]
    given = {"name": mapped, "kind": kind, "version": 1, "input": {"any": [value]}, "config": config}
    made = api.post(f"/api/v1/workflows/{workflow.pk}/triggers", given)
    assert made.status_code == 201, made.content
    body = {"fields": foreign["$artifact"]} if mapped == "put together" else {"file": foreign}
    firing = api.post(f"/api/v1/triggers/{made.json()['id']}/test", {"event": {root: body}}).json()
    assert firing["outcome"] == "refused", firing
    assert firing["code"] == ("mapping_failed" if mapped == "put together" else "invalid_input")
