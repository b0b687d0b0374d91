"""Why a run does not go on: by its log, by who drives it, by who lives. (Live: test_live_control.)"""

import pytest

from agentcluster.streams import keys
from agentcluster.streams.shared import shared_client
from agentcluster.up import embedded
from agents.domain.calls import CallError
from designer.api import drivers, reasons
from designer.domain import events as ev
from designer.models import Run, Workflow
from tests.integration.api import graphs
from tests.integration.api.records import write_log

pytestmark = pytest.mark.usefixtures("with_redis")


@pytest.fixture(autouse=True)
def no_workers(with_redis, monkeypatch):
    """Engine workers are what a test writes into the hash; nobody's counter moves."""
    monkeypatch.setattr(drivers, "_watch", drivers._Watch())
    monkeypatch.setattr(drivers, "PATIENCE_S", 0.5)
    client = shared_client()
    client.delete(keys.WORKERS)
    yield
    client.delete(keys.WORKERS)


@pytest.fixture
def run(published):
    workflow = Workflow.objects.get(pk=published["id"])
    version = workflow.versions.get()
    return Run.objects.create(project=workflow.project, workflow=workflow, version=version, trace_id="0" * 32)


@pytest.fixture
def why(api, run):
    def ask():
        answer = api.get(f"/api/v1/runs/{run.pk}/why")
        assert answer.status_code == 200, answer.content
        return answer.json()

    return ask


def begun(run, *events, **meta):
    records = write_log(run, [ev.RunStarted(run.pk, run.workflow_id, run.version_id, {"name": "Ada"}), *events])
    if meta:
        shared_client().hset(keys.meta(run.pk), mapping=meta)
    return records


def codes(answer):
    return [reason["code"] for reason in answer["reasons"]]


def test_one_that_has_not_begun_waits_for_a_worker(why):
    answer = why()
    assert (answer["status"], codes(answer)) == ("pending", ["no_worker"])
    assert answer["reasons"][0]["message"] == "No engine worker is alive to begin it."
    assert answer["reasons"][0]["since"]


def test_a_worker_that_lives_is_seen_by_its_counter_alone(why, monkeypatch):
    look = drivers.read_workers

    def beating(client):
        client.hincrby(keys.WORKERS, "w1", 1)
        return look(client)

    monkeypatch.setattr(drivers, "read_workers", beating)
    answer = why()
    assert codes(answer) == ["no_owner"]
    assert answer["reasons"][0]["message"] == "Waiting for an engine worker to begin it; 1 is alive."


def test_one_whose_owner_is_gone_waits_to_be_taken_over(why, run):
    begun(run, owner="w9")
    assert codes(why())[0] == "owner_lost"
    assert "w9" in why()["reasons"][0]["message"]


def test_one_whose_owner_stands_still_says_so(why, run):
    shared_client().hset(keys.WORKERS, "w9", 7)
    begun(run, owner="w9")
    assert codes(why())[0] == "owner_silent"


def test_a_paused_one_says_by_whom_and_why(why, run):
    begun(run, ev.RunPaused("bob", "lunch"), left="parked")
    told = {reason["code"]: reason for reason in why()["reasons"]}
    assert why()["status"] == "paused"
    assert told["paused"]["message"] == "Paused by bob: lunch."


def test_a_parked_one_that_nobody_wakes_says_so(why, run):
    begun(run, left="parked", due=1000)
    reason = next(reason for reason in why()["reasons"] if reason["code"] == "overdue")
    assert reason["since"] == "1970-01-01T00:00:01Z"


def test_one_that_an_agent_works_on_says_which_and_where(api, registry):
    made = api.post("/api/v1/workflows", {"title": "Read", "graph": graphs.with_agent()}).json()
    assert api.post(f"/api/v1/workflows/{made['id']}/publish", {}, headers={"If-Match": '"1"'}).status_code == 201
    workflow = Workflow.objects.get(pk=made["id"])
    run = Run.objects.create(project=workflow.project, workflow=workflow, version=workflow.versions.get())
    begun(run, ev.StepStarted("say", 2, "c", "file-reader", "1.0.0", "i1", "node-1"), left="parked")
    answer = api.get(f"/api/v1/runs/{run.pk}/why").json()
    told = {reason["code"]: (reason["message"], reason["step"]) for reason in answer["reasons"]}
    assert told["working"] == ("file-reader works on `say` on node-1, attempt 2.", "say")


def test_one_that_was_just_taken_over_says_from_whom(why, run, monkeypatch):
    monkeypatch.setattr(reasons, "life_of", lambda owner: drivers.Sight(2, drivers.Life.ALIVE))
    begun(run, ev.RunTakenOver("w2", "w1"), owner="w2")
    assert [reason["message"] for reason in why()["reasons"]] == ["Taken over by w2 from w1 just now."]


@pytest.mark.parametrize(
    ("end", "code", "words"),
    [
        (ev.RunFailed(CallError("x", "No such column."), "greet"), "failed", "Failed at `greet`: No such column."),
        (ev.RunFailed(CallError("x", "Too long.")), "failed", "Failed: Too long."),
        (ev.RunCancelled("bob"), "cancelled", "Cancelled."),
        (ev.RunCompleted({}), "completed", "Completed."),
        (ev.RunContinued("0" * 26), "continued", "It goes on as another run."),
    ],
)
def test_a_finished_one_says_how_and_where_it_ended(why, run, end, code, words):
    begun(run, end)
    answer = why()
    assert (answer["status"], codes(answer), answer["reasons"][0]["message"]) == (code, [code], words)
    assert answer["reasons"][0]["since"]


def test_while_redis_is_away_nobody_knows(api, run, settings):
    settings.REDIS_URL = f"redis://{embedded.LOOPBACK}:{embedded.free_port()}/0"
    answer = api.get(f"/api/v1/runs/{run.pk}/why")
    assert (answer.status_code, answer.json()["code"]) == (503, "redis_unavailable")
