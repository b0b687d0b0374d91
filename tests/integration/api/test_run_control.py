"""Commands to runs over REST: what is let through, what is refused and how, and that a refused one leaves no trace."""

import msgspec
import pytest

from agentcluster.security.models import Role
from agentcluster.streams import keys
from agentcluster.streams.blocking import iterate_log
from agentcluster.streams.shared import shared_client
from agentcluster.up import embedded
from designer.domain import events as ev
from designer.engine.journal import decode_record
from designer.models import AuditEntry, Run, Workflow
from tests.integration.api import graphs
from tests.integration.api.records import write_log

pytestmark = pytest.mark.usefixtures("with_redis")

FORM = {
    "type": "object",
    "properties": {"amount": {"type": "number"}, "why": {"default": "ok"}},
    "required": ["amount"],
}


@pytest.fixture
def asking(api, registry):
    """A published workflow that asks for approval and waits for two signals."""
    graph = graphs.document(
        {"kind": "start", "id": "start"},
        {"kind": "approval", "id": "ask", "message": "Pay?", "schema": FORM},
        {"kind": "signal", "id": "paid", "name": "paid", "schema": {"type": "object", "required": ["amount"]}},
        {"kind": "signal", "id": "shipped", "name": "shipped"},
        {"kind": "end", "id": "end"},
        edges=[("start", "ask"), ("paid", "shipped"), ("shipped", "end")],
    )
    graph["edges"].append({"source": "ask", "target": "paid", "port": "approved"})
    made = api.post("/api/v1/workflows", {"title": "Ask", "graph": graph}).json()
    answer = api.post(f"/api/v1/workflows/{made['id']}/publish", {}, headers={"If-Match": '"1"'})
    assert answer.status_code == 201, answer.content
    return Workflow.objects.get(pk=made["id"])


@pytest.fixture
def run(asking):
    return Run.objects.create(
        project=asking.project, workflow=asking, version=asking.versions.get(), status="running", trace_id="0" * 32
    )


def started(run):
    return ev.RunStarted(run.pk, run.workflow_id, run.version_id, {})


def asked(**fields):
    return ev.ApprovalRequested("ask", "Pay?", **{"schema": FORM, **fields})


@pytest.fixture
def post(api, run):
    def act(what, body=None, client=api, **headers):
        return client.post(f"/api/v1/runs/{run.pk}/{what}", body or {}, headers=headers)

    return act


def inbox(run):
    entries = shared_client().xrange(keys.inbox(run.pk))
    return [msgspec.json.decode(fields[b"c"]) for _, fields in entries]


def refused(answer, status, code, run):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.content
    assert inbox(run) == []
    assert not AuditEntry.objects.filter(object_id=run.pk).exists()
    return answer.json()


@pytest.mark.parametrize("command", ["cancel", "terminate", "pause", "continue"])
def test_a_command_is_put_into_the_inbox_and_the_audit_trail_with_who_and_why(post, run, command):
    answer = post(command, {"reason": "wrong file"})
    assert (answer.status_code, answer.json()["id"]) == (202, run.pk)
    assert inbox(run) == [{"command": command, "by": "ada", "reason": "wrong file"}]
    entry = AuditEntry.objects.get(object_id=run.pk)
    assert (entry.action, entry.user.username, entry.data["reason"]) == (f"run.{command}", "ada", "wrong file")


@pytest.mark.parametrize(
    ("what", "body"),
    [
        *(("cancel", {}), ("terminate", {}), ("pause", {}), ("resume", {}), ("continue", {})),
        *(("signal", {"name": "paid", "data": {"amount": 1}}), ("approvals/ask", {"approved": True})),
    ],
)
def test_a_finished_run_takes_no_command(post, run, what, body):
    Run.objects.filter(pk=run.pk).update(status="completed")
    refused(post(what, body), 409, "run_finished", run)
    Run.objects.filter(pk=run.pk).update(status="running")
    write_log(run, [started(run), ev.RunCompleted(None)])
    refused(post(what, body), 409, "run_finished", run)


@pytest.mark.parametrize("what", ["cancel", "terminate", "pause", "resume", "continue", "signal", "retry", "fork"])
def test_a_viewer_may_command_nothing(post, run, what, member, client_of):
    viewer = client_of(member(Role.VIEWER, "val"))
    refused(post(what, {"name": "paid", "after": 1}, viewer), 403, "forbidden", run)


def test_while_redis_is_away_nothing_is_asked(post, run, settings, redis_url):
    settings.REDIS_URL = f"redis://{embedded.LOOPBACK}:{embedded.free_port()}/0"
    answer = post("pause")
    settings.REDIS_URL = redis_url
    refused(answer, 503, "redis_unavailable", run)


def test_a_paused_run_is_not_paused_again_but_resumed(post, run):
    write_log(run, [started(run), ev.RunPaused("bob", "lunch")])
    assert "by bob: lunch" in refused(post("pause"), 409, "already_paused", run)["detail"]
    assert post("resume", {"reason": "back"}).status_code == 202
    assert inbox(run) == [{"command": "resume", "by": "ada", "reason": "back"}]


def test_a_run_that_is_not_paused_cannot_be_resumed(post, run):
    write_log(run, [started(run), ev.RunPaused("bob"), ev.RunResumed("bob")])
    refused(post("resume"), 409, "not_paused", run)


def test_a_run_that_is_being_stopped_takes_neither_pause_nor_signal(post, run):
    write_log(run, [started(run), ev.RunCancelRequested("bob")])
    refused(post("pause"), 409, "run_stopping", run)
    refused(post("signal", {"name": "shipped"}), 409, "run_stopping", run)


class TestSignals:
    def test_a_signal_goes_into_the_inbox(self, post, run):
        body = {"name": "paid", "key": "k", "data": {"amount": 3}, "reason": "bank"}
        assert post("signal", body).status_code == 202
        assert inbox(run) == [{"command": "signal", "by": "ada", **body}]

    def test_one_that_nobody_could_take_names_those_it_takes(self, post, run):
        problem = refused(post("signal", {"name": "payed"}), 409, "unknown_signal", run)
        assert problem["signals"] == ["paid", "shipped"]

    def test_data_that_does_not_fit_is_told_by_pointer(self, post, run):
        problem = refused(post("signal", {"name": "paid", "data": {}}), 422, "invalid_data", run)
        assert problem["errors"] == [{"field": "/data/amount", "message": "is required", "code": "required"}]

    def test_data_too_large_for_an_event_is_refused(self, post, run):
        body = {"name": "shipped", "data": "x" * 70_000}
        assert refused(post("signal", body), 413, "too_large", run)["errors"][0]["field"] == "/data"

    def test_no_data_may_be_said_as_null(self, post, run):
        assert post("signal", {"name": "shipped", "data": None}).status_code == 202
        write_log(run, [started(run), asked()])
        assert post("approvals/ask", {"approved": False, "data": None}).status_code == 202

    def test_a_plan_that_was_made_may_bring_its_own(self, post, run):
        graph = graphs.document({"kind": "signal", "id": "x", "name": "planned"}, edges=[])
        write_log(run, [started(run), ev.PlanMade("plan", graph)])
        assert post("signal", {"name": "planned"}).status_code == 202

    def test_those_of_a_workflow_are_listed(self, api, asking):
        answer = api.get(f"/api/v1/workflows/{asking.pk}/signals").json()
        assert answer["version"] == 1
        assert [(signal["name"], signal["keyed"], signal["steps"]) for signal in answer["signals"]] == [
            ("paid", False, ["paid"]),
            ("shipped", False, ["shipped"]),
        ]
        assert api.get(f"/api/v1/workflows/{asking.pk}/signals?version=7").status_code == 404
        assert api.get(f"/api/v1/workflows/{asking.pk}/signals?version=x").status_code == 400


class TestApprovals:
    def test_an_approval_is_sent_with_its_form_and_the_defaults(self, post, run):
        write_log(run, [started(run), asked()])
        assert post("approvals/ask", {"approved": True, "comment": "fine", "data": {"amount": 3}}).status_code == 202
        assert inbox(run) == [
            {
                "command": "decide",
                "by": "ada",
                "reason": "fine",
                "step": "ask",
                "approved": True,
                "data": {"amount": 3, "why": "ok"},
            }
        ]

    def test_a_step_in_a_container_is_named_with_its_path(self, post, run):
        write_log(run, [started(run), ev.ApprovalRequested("each[3]/ask")])
        assert post("approvals/each[3]/ask", {"approved": False}).status_code == 202
        assert inbox(run)[0]["step"] == "each[3]/ask"

    @pytest.mark.parametrize("end", [ev.StepCompleted("ask"), ev.StepCancelled("ask"), ev.ApprovalGiven("ask", True)])
    def test_what_is_not_open_cannot_be_decided(self, post, run, end):
        write_log(run, [started(run), asked(), end])
        refused(post("approvals/ask", {"approved": True, "data": {"amount": 1}}), 409, "approval_not_open", run)

    def test_those_that_are_open_are_named(self, post, run):
        write_log(run, [started(run), asked()])
        assert refused(post("approvals/x", {"approved": True}), 409, "approval_not_open", run)["open"] == ["ask"]

    def test_who_is_not_listed_is_told_who_may(self, post, run):
        write_log(run, [started(run), asked(approvers=("bob",), groups=("finance",))])
        problem = refused(post("approvals/ask", {"approved": True}), 403, "not_an_approver", run)
        assert problem["detail"] == "This is decided by bob or the group finance. You are not among them."
        assert (problem["approvers"], problem["groups"]) == (["bob"], ["finance"])

    def test_a_superuser_who_is_not_listed_may_not_either(self, post, run, django_user_model, client_of):
        write_log(run, [started(run), asked(approvers=("bob",))])
        root = client_of(django_user_model.objects.create_superuser("root"))
        refused(post("approvals/ask", {"approved": True}, root), 403, "not_an_approver", run)

    def test_a_listed_viewer_may_and_so_may_a_member_of_a_group(self, post, run, member, client_of):
        from django.contrib.auth.models import Group

        write_log(run, [started(run), asked(approvers=("val",), groups=("finance",), needed=3)])
        vic = member(Role.VIEWER, "vic")
        vic.groups.add(Group.objects.create(name="finance"))
        body = {"approved": True, "data": {"amount": 1}}
        assert post("approvals/ask", body, client_of(member(Role.VIEWER, "val"))).status_code == 202
        assert post("approvals/ask", body, client_of(vic)).status_code == 202

    def test_where_nobody_is_listed_it_takes_the_right_to_run(self, post, run, member, client_of):
        write_log(run, [started(run), asked()])
        refused(
            post("approvals/ask", {"approved": True}, client_of(member(Role.VIEWER, "val"))),
            403,
            "not_an_approver",
            run,
        )
        operator = client_of(member(Role.OPERATOR, "oz"))
        assert post("approvals/ask", {"approved": True, "data": {"amount": 1}}, operator).status_code == 202

    def test_nobody_approves_twice(self, post, run):
        write_log(run, [started(run), asked(needed=2), ev.ApprovalGiven("ask", True, "ada")])
        refused(post("approvals/ask", {"approved": True, "data": {"amount": 1}}), 409, "already_decided", run)

    def test_a_form_that_does_not_fit_is_told_by_pointer(self, post, run):
        write_log(run, [started(run), asked()])
        problem = refused(post("approvals/ask", {"approved": True, "data": {"amount": "x"}}), 422, "invalid_data", run)
        assert problem["errors"][0]["field"] == "/data/amount"
        refused(post("approvals/ask", {"approved": True}), 422, "invalid_data", run)

    def test_a_rejection_needs_no_form(self, post, run):
        write_log(run, [started(run), asked()])
        assert post("approvals/ask", {"approved": False, "comment": "no"}).status_code == 202

    @pytest.mark.parametrize("body", [{}, {"approved": "perhaps"}, {"approved": True, "comment": "x" * 2001}])
    def test_what_is_no_decision_is_refused(self, post, run, body):
        write_log(run, [started(run), asked()])
        refused(post("approvals/ask", body), 400, "bad_input", run)

    def test_a_stranger_does_not_see_the_run(self, post, run, member, client_of):
        assert post("approvals/ask", {"approved": True}, client_of(member(None, "sam"))).status_code == 404


def test_a_fork_with_another_decision_takes_the_other_way_and_one_with_none_is_told(post, run):
    write_log(run, [started(run), asked(), ev.StepCompleted("ask", {"approved": True}, port="approved")])
    problem = refused(post("fork", {"after": 3, "outputs": {"ask": {"approved": "no"}}}), 422, "invalid_data", run)
    assert problem["errors"] == [
        {
            "field": "/outputs/ask/approved",
            "message": "is what the way on is chosen by: one of true, false",
            "code": "bad_result",
        }
    ]
    answer = post("fork", {"after": 3, "outputs": {"ask": {"approved": False}}})
    assert answer.status_code == 201, answer.content
    last = [decode_record(entry).event for entry in iterate_log(shared_client(), answer.json()["id"])][-1]
    assert (last.output, last.port) == ({"approved": False}, "rejected")
