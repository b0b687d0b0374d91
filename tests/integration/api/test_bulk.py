"""One action on many runs: previewed, fixed when asked for, carried out once, whoever is killed."""

from datetime import timedelta

import msgspec
import pytest
from django.utils import timezone

from agentcluster.security.models import Membership, Project, Role
from agentcluster.streams import keys
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.streams.shared import shared_client
from agentcluster.up import embedded
from agents.domain.calls import CallError
from designer import tasks
from designer.actions import bulk
from designer.actions.carry_out_bulk import LEASE, carry_out, unfinished
from designer.domain import events as ev
from designer.models import AuditEntry, BulkOperation, BulkPage, OpenApproval, Run, RunStatus, Workflow
from tests.integration.api import graphs
from tests.integration.api.records import write_log

pytestmark = pytest.mark.usefixtures("with_redis")


@pytest.fixture
def make_runs(published):
    workflow = Workflow.objects.get(pk=published["id"])

    def make(count, status="running", project=None, **fields):
        version = workflow.versions.get()
        home = project or workflow.project
        rows = [
            Run(project=home, workflow=workflow, version=version, status=status, trace_id="0" * 32, **fields)
            for _ in range(count)
        ]
        return Run.objects.bulk_create(rows)

    return make


@pytest.fixture
def act(api, monkeypatch):
    """Asks for a bulk operation; nothing is told to the queue, which these tests stand for."""
    told = []
    monkeypatch.setattr("designer.api.bulk.tell_jobs", told.append)

    def post(action, filter=None, client=api, idempotency_key="", **body):
        headers = {"Idempotency-Key": idempotency_key} if idempotency_key else {}
        return client.post("/api/v1/runs/bulk", {"action": action, "filter": filter or {}, **body}, headers=headers)

    return post


def inbox(run):
    return [msgspec.json.decode(fields[b"c"]) for _, fields in shared_client().xrange(keys.inbox(run.pk))]


def state(api, answer):
    assert answer.status_code == 202, answer.content
    found = api.get(answer["Location"].partition("http://testserver")[2])
    assert found.status_code == 200
    return found.json()


def test_a_dry_run_counts_and_shows_some_and_touches_nothing(act, make_runs):
    runs = make_runs(12)
    make_runs(3, "completed")
    answer = act("cancel", {"status": ["running"]}, dry_run=True)
    assert answer.status_code == 200
    assert (answer.json()["count"], len(answer.json()["sample"])) == (12, 10)
    assert not BulkOperation.objects.exists()
    assert not any(inbox(run) for run in runs)


def test_it_is_carried_out_on_every_run_and_refusals_are_counted(act, api, make_runs, monkeypatch):
    monkeypatch.setattr(bulk, "PAGE", 4)
    runs = make_runs(10)
    paused = make_runs(2, "paused")
    answer = act("pause", {"workflow": runs[0].workflow_id}, reason="maintenance", expected_count=10)
    before = state(api, answer)
    assert (before["status"], before["total"], before["done"]) == ("running", 10, 0)
    assert BulkPage.objects.count() == 3
    Run.objects.filter(pk=runs[0].pk).update(status="completed")
    gone = runs[1].pk
    Run.objects.filter(pk=gone).delete()

    assert carry_out(before["id"])

    after = state(api, answer)
    assert (after["status"], after["done"]) == ("completed", 8)
    assert after["refused"] == {"run_finished": 1, "not_found": 1}
    assert inbox(runs[5]) == [{"command": "pause", "by": "ada", "reason": "maintenance"}]
    assert inbox(paused[0]) == []
    entry = AuditEntry.objects.get(object_id=runs[5].pk)
    assert (entry.action, entry.data) == ("run.pause", {"reason": "maintenance", "bulk": before["id"]})
    assert AuditEntry.objects.get(object_id=before["id"]).action == "run.bulk_pause"
    assert not carry_out(before["id"])


def test_runs_that_come_later_or_match_only_later_are_not_touched(act, make_runs):
    make_runs(2)
    other = make_runs(1, "pending")[0]
    operation = act("cancel", {"status": "running,paused"}).json()["id"]
    (late,) = make_runs(1)
    Run.objects.filter(pk=other.pk).update(status="running")
    carry_out(operation)
    assert (inbox(late), inbox(other)) == ([], [])


def test_more_runs_than_previewed_are_not_touched(act, make_runs):
    make_runs(3)
    answer = act("cancel", {}, expected_count=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "count_changed")
    assert (answer.json()["count"], answer.json()["expected_count"]) == (3, 2)
    assert not BulkOperation.objects.exists()
    assert act("cancel", {}, expected_count=3).status_code == 202


def test_none_and_too_many_are_refused(act, make_runs, monkeypatch):
    assert act("cancel").json()["code"] == "nothing_matches"
    monkeypatch.setattr(bulk, "MAX_RUNS", 2)
    make_runs(3)
    assert (act("cancel").status_code, act("cancel").json()["code"]) == (422, "too_many_runs")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"action": "explode"}, "/action"),
        ({"action": "cancel", "filter": {"status": ["odd"]}}, "/filter/status"),
        ({"action": "cancel", "filter": {"since": "soon"}}, "/filter/since"),
        ({"action": "cancel", "filter": {"labels": 3}}, "/filter/labels"),
        ({"action": "cancel", "filter": {"ids": "x"}}, "/filter/ids"),
        ({"action": "cancel", "filter": [1]}, "/filter"),
        ({"action": "cancel", "filter": {"statuss": ["running"]}}, "/filter/statuss"),
        ({"action": "cancel", "expected_count": -1}, "/expected_count"),
        ({"action": "replay", "version": "draft"}, "/version"),
    ],
)
def test_what_cannot_be_meant_is_refused(api, make_runs, body, field):
    make_runs(1)
    answer = api.post("/api/v1/runs/bulk", body)
    assert answer.status_code == 400, answer.content
    assert answer.json()["errors"][0]["field"].startswith(field)
    assert not BulkOperation.objects.exists()


def test_only_runs_of_projects_where_the_role_allows_it_are_taken(act, make_runs, member, client_of):
    make_runs(2)
    vic = member(Role.VIEWER, "vic")
    assert act("cancel", client=client_of(vic)).status_code == 403
    theirs = Project.objects.create(slug="theirs", name="Theirs")
    Membership.objects.create(project=theirs, user=vic, role=Role.OPERATOR)
    make_runs(1, project=theirs)
    assert act("cancel", client=client_of(vic), dry_run=True).json()["count"] == 1


def test_rights_are_looked_at_again_when_it_is_carried_out(act, api, make_runs, editor):
    (run,) = make_runs(1)
    answer = act("cancel")
    Membership.objects.filter(user=editor).update(role=Role.VIEWER)
    carry_out(answer.json()["id"])
    assert state(api, answer)["refused"] == {"forbidden": 1}
    assert inbox(run) == []


def test_an_operation_is_seen_by_whoever_asked_for_it(act, api, make_runs, member, client_of):
    make_runs(1)
    answer = act("cancel")
    other = client_of(member(Role.OWNER, "olga"))
    assert other.get(f"/api/v1/bulk/{answer.json()['id']}").status_code == 404
    assert api.get("/api/v1/bulk/nonsense").status_code == 404


def test_labels_and_ids_choose_runs(act, make_runs):
    make_runs(2, labels={"team": "x", "env": "prod"})
    make_runs(3, labels={"team": "y"})
    (one,) = make_runs(1, priority="high", trigger="cron:nightly")
    for chosen, count in [
        ({"labels": {"team": "x"}}, 2),
        ({"labels": "team:x,env:prod"}, 2),
        ({"labels": ["team:x", "env:test"]}, 0),
        ({"ids": [one.pk]}, 1),
        ({"priority": "high"}, 1),
        ({"trigger": "cron"}, 1),
        ({"trigger": "cr"}, 0),
    ]:
        assert act("cancel", chosen, dry_run=True).json()["count"] == count, chosen


def test_replay_makes_one_run_each_also_when_a_page_is_done_twice(act, make_runs):
    runs = make_runs(3, "completed", input={"name": "Ada"})
    operation = act("replay", {"status": ["completed"]}).json()["id"]
    BulkOperation.objects.get(pk=operation)
    carry_out(operation)
    assert Run.objects.filter(origin_run__in=[run.pk for run in runs]).count() == 3
    BulkPage.objects.update(done=False)
    BulkOperation.objects.update(worker="", ended_at=None)
    carry_out(operation)
    assert Run.objects.filter(origin_run__in=[run.pk for run in runs]).count() == 3


def test_a_killed_worker_leaves_the_rest_to_another_one(act, api, make_runs, monkeypatch):
    monkeypatch.setattr(bulk, "PAGE", 2)
    runs = make_runs(6)
    answer = act("cancel")
    operation = answer.json()["id"]
    BulkPage.objects.filter(number=0).update(done=True)
    BulkOperation.objects.filter(pk=operation).update(worker="killed", done=2, touched_at=timezone.now())
    assert not carry_out(operation), "its lease is not over"
    assert unfinished() == []
    BulkOperation.objects.update(touched_at=timezone.now() - LEASE - timedelta(seconds=1))
    assert unfinished() == [operation]
    assert carry_out(operation)
    assert state(api, answer)["done"] == 6
    assert [len(inbox(run)) for run in sorted(runs, key=lambda run: run.pk)] == [0, 0, 1, 1, 1, 1]


def test_while_redis_is_away_nothing_counts_as_done(act, make_runs, settings, redis_url):
    make_runs(2)
    operation = act("cancel").json()["id"]
    settings.REDIS_URL = f"redis://{embedded.LOOPBACK}:{embedded.free_port()}/0"
    with pytest.raises(StreamsUnavailableError):
        carry_out(operation)
    settings.REDIS_URL = redis_url
    tasks.give_up(operation)
    assert BulkOperation.objects.get().done == 0
    assert carry_out(operation)
    assert BulkOperation.objects.get().done == 2


def test_runs_are_deleted_once_they_have_ended(act, api, make_runs):
    ended = make_runs(2, "completed", ended_at=timezone.now())
    (going_on,) = make_runs(1)
    answer = act("delete", {"ids": [run.pk for run in (*ended, going_on)]}, reason="tidy")
    assert answer.json()["total"] == 2
    carry_out(answer.json()["id"])
    assert state(api, answer)["done"] == 2
    assert list(Run.objects.values_list("pk", flat=True)) == [going_on.pk]


def test_a_retry_of_what_did_not_fail_is_counted_as_refused(act, api, make_runs):
    changed = make_runs(2, "failed")
    make_runs(1, "failed")
    answer = act("retry")
    Run.objects.filter(pk__in=[run.pk for run in changed]).update(status="completed")
    carry_out(answer.json()["id"])
    assert (state(api, answer)["done"], state(api, answer)["refused"]) == (0, {"not_failed": 2, "log_gone": 1})


@pytest.mark.parametrize(
    ("action", "taken"),
    [
        ("cancel", {"pending", "queued", "running", "waiting", "paused"}),
        ("terminate", {"pending", "queued", "running", "waiting", "paused", "cancelling", "compensating"}),
        ("pause", {"pending", "queued", "running", "waiting"}),
        ("resume", {"paused"}),
        ("continue", {"pending", "queued", "running", "waiting", "paused"}),
        ("retry", {"failed", "cancelled", "terminated"}),
        ("delete", {"completed", "failed", "cancelled", "terminated", "continued"}),
        ("replay", set(RunStatus.values)),
    ],
)
def test_runs_that_could_only_refuse_are_not_counted(act, make_runs, monkeypatch, action, taken):
    for status in RunStatus.values:
        make_runs(2 if status in taken else 3, status)
    monkeypatch.setattr(bulk, "MAX_RUNS", 2 * len(taken))
    preview = act(action, dry_run=True).json()
    assert (preview["count"], {run["status"] for run in preview["sample"]} <= taken) == (2 * len(taken), True), preview
    assert preview["matching"] == Run.objects.count()
    assert act(action, expected_count=2 * len(taken)).json()["total"] == 2 * len(taken)


def test_the_same_key_is_the_same_operation(act, api, make_runs):
    make_runs(2, "completed", input={"name": "Ada"})
    first = act("replay", idempotency_key="tidy-1", reason="again")
    again = act("replay", idempotency_key="tidy-1", reason="again")
    assert (first.status_code, again.status_code, again.json()["id"]) == (202, 202, first.json()["id"])
    assert again["Location"] == first["Location"]
    other = act("replay", idempotency_key="tidy-1", reason="once more")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert act("replay", idempotency_key="x" * 201).status_code == 400
    carry_out(first.json()["id"])
    carry_out(again.json()["id"])
    assert Run.objects.filter(origin__kind="replay").count() == 2
    assert act("replay", idempotency_key="tidy-1", reason="again").json()["done"] == 2


class TestWithData:
    """Actions that take more than a reason."""

    @pytest.fixture
    def asking(self, api, registry):
        graph = graphs.document(
            {"kind": "start", "id": "start"},
            {"kind": "approval", "id": "ask", "schema": {"type": "object", "required": ["amount"]}},
            {"kind": "signal", "id": "paid", "name": "paid"},
            {"kind": "end", "id": "end"},
            edges=[("start", "ask"), ("paid", "end")],
        )
        graph["edges"].append({"source": "ask", "target": "paid", "port": "approved"})
        made = api.post("/api/v1/workflows", {"title": "Ask", "graph": graph}).json()
        api.post(f"/api/v1/workflows/{made['id']}/publish", {}, headers={"If-Match": '"1"'})
        workflow = Workflow.objects.get(pk=made["id"])

        def make(asked=("ask",), approvers=()):
            run = Run.objects.create(
                project=workflow.project, workflow=workflow, version=workflow.versions.get(), status="running"
            )
            events = [ev.ApprovalRequested(step, approvers=approvers) for step in asked]
            write_log(run, [ev.RunStarted(run.pk, workflow.pk, run.version_id, {}), *events])
            for step in asked:
                OpenApproval.objects.create(run=run, step=step, since=timezone.now(), approvers=[*approvers])
            return run

        return make

    def test_all_get_the_signal_once_also_when_a_page_is_done_twice(self, act, api, asking, make_runs):
        runs = [asking(), asking()]
        make_runs(1)
        wanted = {"name": "paid", "key": "k", "data": {"n": 1}}
        answer = act("signal", {"ids": [run.pk for run in runs]}, reason="bank", **wanted)
        carry_out(answer.json()["id"])
        BulkPage.objects.update(done=False)
        BulkOperation.objects.update(worker="", ended_at=None, done=0)
        carry_out(answer.json()["id"])
        assert state(api, answer)["done"] == 2
        assert [inbox(run) for run in runs] == [[{"command": "signal", "by": "ada", "reason": "bank", **wanted}]] * 2
        entry = AuditEntry.objects.get(action="run.bulk_signal")
        assert (entry.data["name"], "data" in entry.data) == ("paid", False)

    def test_a_signal_that_a_run_could_never_take_is_counted_as_refused(self, act, api, asking, make_runs):
        asking()
        make_runs(2)
        answer = act("signal", name="paid")
        carry_out(answer.json()["id"])
        assert (state(api, answer)["done"], state(api, answer)["refused"]) == (1, {"unknown_signal": 2})

    @pytest.mark.parametrize("action", ["approve", "reject"])
    def test_those_that_wait_for_people_are_decided(self, act, api, asking, make_runs, action):
        two, others, one = asking(("ask", "each[1]/ask")), asking(approvers=("bob",)), asking(("other",))
        make_runs(2)
        preview = act(action, dry_run=True).json()
        assert (preview["count"], preview["matching"]) == (3, 5)
        assert act(action, step="ask", dry_run=True).json()["count"] == 2
        answer = act(action, data={"amount": 3}, reason="checked")
        carry_out(answer.json()["id"])
        assert (state(api, answer)["done"], state(api, answer)["refused"]) == (2, {"not_an_approver": 1})
        assert [(told["step"], told["reason"]) for told in inbox(two)] == [
            ("ask", "checked"),
            ("each[1]/ask", "checked"),
        ]
        assert [told.get("approved", False) for told in inbox(one)] == [action == "approve"]
        assert inbox(others) == []

    def test_all_go_on_under_a_new_log(self, act, api, asking):
        run = asking()
        answer = act("continue", reason="long")
        carry_out(answer.json()["id"])
        assert inbox(run) == [{"command": "continue", "by": "ada", "reason": "long"}]

    def test_a_fork_begins_again_before_a_step(self, act, api, make_runs):
        runs = make_runs(2, "failed", input={"name": "Ada"})
        for run in runs:
            begun = ev.RunStarted(run.pk, run.workflow_id, run.version_id, run.input)
            write_log(run, [begun, ev.StepCompleted("greet", {"text": "Hello"}), ev.RunFailed(CallError("x", "X"))])
        (unbegun,) = make_runs(1, "failed")
        write_log(unbegun, [ev.RunStarted(unbegun.pk, unbegun.workflow_id, unbegun.version_id, {"name": "Bob"})])
        answer = act("fork", step="greet", input={"name": "Eve"}, reason="other name")
        carry_out(answer.json()["id"])
        assert (state(api, answer)["done"], state(api, answer)["refused"]) == (2, {"invalid_data": 1})
        made = Run.objects.filter(origin__kind="fork")
        assert {(run.input["name"], run.origin["seq"], run.origin["reason"]) for run in made} == {
            ("Eve", 1, "other name")
        }

    @pytest.mark.parametrize(
        ("body", "status", "field"),
        [
            ({"action": "signal"}, 400, "/name"),
            ({"action": "cancel", "version": "newest"}, 400, "/version"),
            ({"action": "pause", "data": 1}, 400, "/data"),
            ({"action": "approve", "name": "x"}, 400, "/name"),
            ({"action": "fork"}, 400, "/after"),
            ({"action": "fork", "after": 1, "step": "a"}, 400, "/after"),
            ({"action": "fork", "after": 0}, 400, "/after"),
            ({"action": "signal", "name": "paid", "data": "x" * 70_000}, 413, "/data"),
        ],
    )
    def test_what_an_action_lacks_or_does_not_take_is_told(self, api, make_runs, body, status, field):
        make_runs(1)
        answer = api.post("/api/v1/runs/bulk", body)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field), answer.content
        assert not BulkOperation.objects.exists()

    @pytest.mark.parametrize("action", ["signal", "fork"])
    def test_who_only_counts_need_not_say_what_goes_along(self, act, make_runs, action):
        make_runs(2)
        assert act(action, dry_run=True).json()["count"] == 2
