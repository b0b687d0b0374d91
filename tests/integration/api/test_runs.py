"""Runs over REST: list, filter, read, events."""

import time

import pytest

from agentcluster.ids import new_id
from agentcluster.security.models import Membership, Project, Role
from agentcluster.streams import keys
from agentcluster.streams.shared import shared_client
from agentcluster.up import embedded
from agents.domain.calls import CallError
from designer.domain.events import RunCompleted, RunFailed, RunStarted
from designer.models import Run, Workflow, WorkflowVersion
from tests.integration.api.records import write_log


@pytest.fixture
def make_run(published):
    workflow = Workflow.objects.get(pk=published["id"])

    def make(status="completed", **fields):
        return Run.objects.create(
            project=workflow.project, workflow=workflow, version=workflow.versions.get(), status=status, **fields
        )

    return make


def ids(answer):
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_runs_are_listed_newest_first_with_what_went_wrong(api, make_run):
    make_run()
    # Ids sort by their millisecond.
    time.sleep(0.002)
    make_run("failed", error={"code": "no_such_column", "message": "There is no column X.", "step": "group"})
    failed, completed = api.get("/api/v1/runs").json()["results"]
    assert failed["error"] == {"code": "no_such_column", "message": "There is no column X.", "step": "group"}
    assert (completed["status"], completed["error"], completed["version"]) == ("completed", None, 1)
    assert completed["workflow"]["name"] == "greet"


def test_runs_are_filtered(api, make_run, published):
    runs = {status: make_run(status) for status in ("pending", "running", "failed")}
    two = ids(api.get("/api/v1/runs?status=failed&status=running"))
    assert sorted(two) == sorted([runs["failed"].pk, runs["running"].pk])
    assert len(ids(api.get(f"/api/v1/runs?workflow={published['id']}&limit=2"))) == 2
    assert ids(api.get(f"/api/v1/runs?workflow={new_id()}")) == []
    assert ids(api.get(f"/api/v1/runs?search={runs['pending'].pk.upper()}")) == [runs["pending"].pk]
    assert ids(api.get(f"/api/v1/runs?search={runs['pending'].pk[-8:].upper()}")) == [runs["pending"].pk]
    assert ids(api.get(f"/api/v1/runs?search={runs['pending'].pk[-7:]}")) == []
    assert len(ids(api.get("/api/v1/runs?search=gREE"))) == 3
    assert ids(api.get("/api/v1/runs?since=2100-01-01T00:00:00Z")) == []
    assert len(ids(api.get("/api/v1/runs?until=2100-01-01T00:00:00Z"))) == 3


@pytest.mark.parametrize(
    "query",
    [
        *("status=exploded", "since=yesterday", "search=%00"),
        *("limit=0", "limit=-1", "limit=many", "cursor=bz0tMQ==", "cursor=cD0lMDA="),
    ],
)
def test_a_filter_that_means_nothing_is_refused(api, query, db):
    answer = api.get(f"/api/v1/runs?{query}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"].startswith(f"/{query.partition('=')[0]}")


@pytest.mark.parametrize("query", ["after=-1", f"after={2**64}", "after=x", "limit=0", "limit=1001"])
def test_a_place_no_log_has_is_refused(api, make_run, with_redis, query):
    answer = api.get(f"/api/v1/runs/{make_run().pk}/events?{query}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_input")


def test_runs_are_found_by_an_agent_that_a_step_names(api, make_run):
    run = make_run()
    step = {"id": "parse", "kind": "agent", "agent": "csv-parse", "version": "1.0.0"}
    WorkflowVersion.objects.filter(pk=run.version_id).update(graph={"nodes": [step]})
    assert ids(api.get("/api/v1/runs?agent=csv-parse")) == [run.pk]
    assert ids(api.get("/api/v1/runs?agent=csv-pars")) == []
    assert ids(api.get("/api/v1/runs?agent=parse")) == []
    answer = api.get('/api/v1/runs?agent=a"b')
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "/agent")


def test_nobody_keeps_answers_for_others(api, make_run):
    for url in ("/api/v1/runs", f"/api/v1/runs/{make_run().pk}", "/api/v1/me", "/api/v1/nothing", "/api/docs/"):
        assert api.get(url)["Cache-Control"] == "private, no-store", url


def test_listing_takes_the_same_number_of_queries_whatever_the_length(api, make_run, django_assert_max_num_queries):
    for _ in range(5):
        make_run()
    with django_assert_max_num_queries(2):
        assert len(ids(api.get("/api/v1/runs"))) == 5


def test_runs_of_other_projects_do_not_exist(make_run, member, client_of):
    run = make_run()
    other = Project.objects.create(slug="other", name="Other")
    bob = member(None, "bob")
    Membership.objects.create(project=other, user=bob, role=Role.OWNER)
    stranger = client_of(bob)
    assert ids(stranger.get("/api/v1/runs")) == []
    digest = f"sha256:{'0' * 64}"
    for url in ("", "/events", f"/artifacts/{digest}", f"/artifacts/{digest}/table"):
        assert stranger.get(f"/api/v1/runs/{run.pk}{url}").status_code == 404
    assert stranger.post(f"/api/v1/runs/{run.pk}/cancel", {}).status_code == 404


@pytest.mark.parametrize("run_id", ["nonsense", "0" * 26, "%00", "'; drop table"])
def test_an_unknown_run_is_not_found(api, run_id, db):
    answer = api.get(f"/api/v1/runs/{run_id}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.usefixtures("with_redis")
class TestEvents:
    def test_events_come_as_they_were_written_page_by_page(self, api, make_run):
        run = make_run()
        records = write_log(run, [RunStarted(run.pk, run.workflow_id, run.version_id, {}), RunCompleted({"a": 1})])
        url = f"/api/v1/runs/{run.pk}/events"

        first = api.get(f"{url}?limit=1")
        assert first["Content-Type"] == "application/json"
        page = first.json()
        assert (page["cursor"], page["terminal"], len(page["events"])) == (1, False, 1)
        rest = api.get(f"{url}?after={page['cursor']}").json()
        assert (rest["cursor"], rest["terminal"]) == (2, True)
        assert rest["events"][0]["event"] == {"type": "run_completed", "output": {"a": 1}}
        assert rest["events"][0]["prev"] == records[1].prev

        after_the_end = api.get(f"{url}?after=2").json()
        assert after_the_end == {"events": [], "cursor": 2, "terminal": True}

    def test_a_run_that_has_not_begun_has_no_events(self, api, make_run):
        run = make_run("pending")
        answer = api.get(f"/api/v1/runs/{run.pk}/events").json()
        assert answer == {"events": [], "cursor": 0, "terminal": False}

    @pytest.mark.parametrize("query", ["after=-1", "after=x", "limit=0", "limit=1001"])
    def test_a_page_that_is_none_is_refused(self, api, make_run, query):
        assert api.get(f"/api/v1/runs/{make_run().pk}/events?{query}").status_code == 400

    def test_whoever_saw_the_end_gets_the_result_before_the_row_has_it(self, api, make_run):
        run = make_run("running")
        error = CallError("no_such_column", "There is no column X.")
        write_log(run, [RunStarted(run.pk, run.workflow_id, run.version_id, {}), RunFailed(error, "group")])
        detail = api.get(f"/api/v1/runs/{run.pk}").json()
        assert (detail["status"], detail["cursor"]) == ("failed", 2)
        assert detail["error"] == {"code": "no_such_column", "message": "There is no column X.", "step": "group"}
        assert detail["ended_at"]

    def test_logs_go_with_their_workflow(self, api, make_run, published):
        run = make_run()
        write_log(run, [RunStarted(run.pk, run.workflow_id, run.version_id, {}), RunCompleted(None)])
        assert api.delete(f"/api/v1/workflows/{published['id']}").status_code == 204
        assert not shared_client().exists(keys.log(run.pk), keys.meta(run.pk))

    def test_a_run_is_shown_as_its_row_has_it_while_redis_is_away(self, api, make_run, settings):
        settings.REDIS_URL = f"redis://{embedded.LOOPBACK}:{embedded.free_port()}/0"
        run = make_run("running")
        assert api.get(f"/api/v1/runs/{run.pk}").json()["status"] == "running"
        events = api.get(f"/api/v1/runs/{run.pk}/events")
        assert (events.status_code, events.json()["code"]) == (503, "redis_unavailable")
