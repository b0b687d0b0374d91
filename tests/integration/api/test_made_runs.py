"""Runs made from others over REST: retry, replay, fork."""

import pytest

from agentcluster.streams.blocking import iterate_log
from agentcluster.streams.shared import shared_client
from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.engine.journal import decode_record
from designer.models import AuditEntry, Run, Workflow
from tests.integration.api import graphs
from tests.integration.api.records import write_log

pytestmark = pytest.mark.usefixtures("with_redis")


@pytest.fixture
def failed(published):
    """A run that said hello and then failed."""
    workflow = Workflow.objects.get(pk=published["id"])
    value = {"name": "Ada", "punctuation": "!"}
    run = Run.objects.create(
        project=workflow.project,
        workflow=workflow,
        version=workflow.versions.get(),
        status="failed",
        input=value,
        labels={"team": "x"},
        priority="high",
        trace_id="0" * 32,
    )
    write_log(
        run,
        [
            ev.RunStarted(run.pk, workflow.pk, run.version_id, value, "bob"),
            ev.StepCompleted("greet", {"text": "Hello Ada!"}),
            ev.StepFailed("end", CallError("x", "X")),
            ev.RunFailed(CallError("x", "X"), "end"),
        ],
    )
    return run


@pytest.fixture
def post(api, failed, django_capture_on_commit_callbacks):
    def act(what, body=None, key="", client=api):
        headers = {"Idempotency-Key": key} if key else {}
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(f"/api/v1/runs/{failed.pk}/{what}", body or {}, headers=headers)

    return act


def log_of(run_id):
    return [decode_record(entry) for entry in iterate_log(shared_client(), run_id)]


def test_a_retry_takes_over_what_was_done(post, failed, api):
    answer = post("retry", {"reason": "once more"})
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert answer["Location"].endswith(f"/api/v1/runs/{made['id']}")
    assert (made["input"], made["labels"], made["priority"]) == (failed.input, {"team": "x"}, "high")
    origin = made["origin"]
    assert (origin["kind"], origin["run_id"], origin["by"], origin["reason"]) == (
        "retry",
        failed.pk,
        "ada",
        "once more",
    )
    assert origin["url"] == f"/api/v1/runs/{failed.pk}"
    first, *rest = [record.event for record in log_of(made["id"])]
    assert (first.run_id, first.started_by, first.origin.kind, first.priority) == (made["id"], "ada", "retry", "high")
    assert [event for event in rest if isinstance(event, ev.StepCompleted)] == [
        ev.StepCompleted("greet", {"text": "Hello Ada!"})
    ]
    (child,) = api.get(f"/api/v1/runs/{failed.pk}").json()["children"]
    assert (child["id"], child["kind"]) == (made["id"], "retry")
    listed = api.get(f"/api/v1/runs?origin={failed.pk}").json()["results"]
    assert [row["id"] for row in listed] == [made["id"]]
    assert AuditEntry.objects.get(object_id=made["id"]).action == "run.retry"


@pytest.mark.parametrize("status", ["running", "completed", "paused", "continued"])
def test_only_what_failed_is_tried_again(post, failed, status):
    Run.objects.filter(pk=failed.pk).update(status=status)
    if status in ("running", "paused"):
        shared_client().delete(f"run:{{{failed.pk}}}:meta")
    answer = post("retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_failed")
    assert Run.objects.count() == 1


@pytest.mark.parametrize("what", ["retry", "replay", "fork"])
def test_the_same_key_makes_one_run(post, what):
    body = {"after": 2}
    first, again = post(what, body, "k"), post(what, body, "k")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    other = post("replay" if what != "replay" else "retry", body, "k")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert Run.objects.count() == 2


def test_a_run_whose_log_is_gone_is_not_tried_again(post, failed):
    shared_client().delete(f"run:{{{failed.pk}}}:log", f"run:{{{failed.pk}}}:meta")
    answer = post("retry")
    assert (answer.status_code, answer.json()["code"]) == (409, "log_gone")


def test_a_replay_begins_at_the_beginning(post, failed):
    made = post("replay").json()
    assert (made["origin"]["kind"], made["input"], made["version"]) == ("replay", failed.input, 1)
    assert log_of(made["id"]) == []


def test_a_replay_may_take_another_version(post, api, published):
    url = f"/api/v1/workflows/{published['id']}"
    graph = graphs.greeting()
    graph["nodes"][0]["schema"]["required"].append("file")
    assert api.put(f"{url}/draft", {"graph": graph}, headers={"If-Match": '"1"'}).status_code == 200
    assert api.post(f"{url}/publish", {}, headers={"If-Match": '"2"'}).status_code == 201
    assert post("replay", {"version": 1}).json()["version"] == 1
    assert post("replay", {"version": "same"}).json()["version"] == 1
    misfit = post("replay", {"version": "newest"})
    assert (misfit.status_code, misfit.json()["errors"][0]["field"]) == (400, "/input/file")
    assert post("replay", {"version": 9}).status_code == 404
    for version in ("draft", 0, True, [1]):
        assert post("replay", {"version": version}).status_code == 400


def test_a_fork_goes_on_with_other_data(post, failed):
    body = {"after": 2, "input": {"punctuation": "?"}, "outputs": {"greet": {"text": "Bye"}}, "reason": "try"}
    answer = post("fork", body)
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert made["input"] == {"name": "Ada", "punctuation": "?"}
    assert (made["origin"]["seq"], made["origin"]["edited"]) == (2, ["input/punctuation", "outputs/greet"])
    first, second = [record.event for record in log_of(made["id"])]
    assert first.input == made["input"]
    assert second.output == {"text": "Bye"}
    assert [record.seq for record in log_of(made["id"])] == [1, 2]


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"after": 99}, 422, "/after"),
        ({"after": 0}, 400, "/after"),
        ({}, 400, "/after"),
        ({"after": 1, "outputs": {"greet": 1}}, 422, "/outputs/greet"),
        ({"after": 2, "outputs": {"nobody": 1}}, 422, "/outputs/nobody"),
        ({"after": 2, "outputs": {"greet": "x" * 70_000}}, 413, "/outputs/greet"),
        ({"after": 2, "input": {"name": 3}}, 400, "/input/name"),
        ({"after": 2, "version": "newest"}, 400, "/version"),
    ],
)
def test_a_fork_that_cannot_be_is_told_where_it_is_wrong(post, body, status, field):
    answer = post("fork", body)
    assert answer.status_code == status, answer.content
    assert answer.json()["errors"][0]["field"] == field
    assert Run.objects.count() == 1
    if body.get("after") == 99:
        assert (answer.json()["first"], answer.json()["last"]) == (1, 3)


def test_a_run_that_has_not_begun_cannot_be_forked(post, failed):
    Run.objects.filter(pk=failed.pk).update(status="pending")
    shared_client().delete(f"run:{{{failed.pk}}}:log", f"run:{{{failed.pk}}}:meta")
    answer = post("fork", {"after": 1})
    assert (answer.status_code, answer.json()["code"]) == (409, "not_begun")
