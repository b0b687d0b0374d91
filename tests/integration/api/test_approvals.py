"""The list of open approvals: as the projector writes it, as each user sees it."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import Group

from agentcluster.security.models import Membership, Project, Role
from designer.api.step_titles import StepTitles
from designer.domain import events as ev
from designer.domain.run import Run as RunState
from designer.engine.projection import row_of
from designer.engine.projector import write_rows
from designer.engine.versions import load_plan
from designer.models import OpenApproval, Run, Workflow, WorkflowVersion
from tests.integration.api import graphs

AT = 1_767_225_600_000
FORM = {"type": "object", "properties": {"amount": {"type": "number"}}}


@pytest.fixture
def workflow_with_two(api, registry):
    """Asks two questions at the same time."""
    ask = {"kind": "approval", "message": "Pay?", "schema": FORM, "needed": 2, "timeout_s": 60}
    graph = graphs.document(
        {"kind": "start", "id": "start"},
        {**ask, "id": "one", "title": "May we pay?"},
        {**ask, "id": "two"},
        {"kind": "end", "id": "end"},
        edges=[("start", "one"), ("start", "two")],
    )
    graph["edges"] += [{"source": step, "target": "end", "port": "approved"} for step in ("one", "two")]
    made = api.post("/api/v1/workflows", {"title": "Ask", "graph": graph}).json()
    assert api.post(f"/api/v1/workflows/{made['id']}/publish", {}, headers={"If-Match": '"1"'}).status_code == 201
    return Workflow.objects.get(pk=made["id"])


class Driven:
    """A run whose state is projected, as an engine worker does it."""

    def __init__(self, workflow):
        version = workflow.versions.get()
        self.run = Run.objects.create(
            project=workflow.project, workflow=workflow, version=version, trace_id="0" * 32, input={"amount": 90}
        )
        self.state = RunState(load_plan(version.pk))
        self.seq = 0
        self.apply(ev.RunStarted(self.run.pk, workflow.pk, version.pk, {}))

    def apply(self, event, *, shown=True):
        self.state.apply(event, AT + self.seq)
        self.seq += 1
        row = row_of(self.state, self.run.pk, self.seq, AT, AT + self.seq)
        if shown:
            write_rows([row])
        return row

    def ask(self, step, **fields):
        self.apply(ev.ApprovalRequested(step, "Pay?", **{"schema": FORM, "needed": 2, "due": AT + 60_000, **fields}))


@pytest.fixture
def driven(workflow_with_two):
    return Driven(workflow_with_two)


def listed(client, query=""):
    answer = client.get(f"/api/v1/approvals{query}")
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_what_is_asked_is_listed_with_all_that_deciding_takes(api, driven):
    driven.ask("one", approvers=("bob",), groups=("finance",))
    (row,) = listed(api)
    assert row.pop("workflow")["title"] == "Ask"
    assert row == {
        "run": driven.run.pk,
        "project": "sales",
        "started_by": None,
        "step": "one",
        "title": "May we pay?",
        "message": "Pay?",
        "input": {"amount": 90},
        "since": "2026-01-01T00:00:00.001000Z",
        "due": "2026-01-01T00:01:00Z",
        "approvers": ["bob"],
        "groups": ["finance"],
        "needed": 2,
        "given": [],
        "schema": FORM,
        "mine": False,
    }


def test_the_soonest_due_comes_first_then_the_oldest_without_a_date(api, workflow_with_two):
    old, new = Driven(workflow_with_two), Driven(workflow_with_two)
    new.ask("one", due=0)
    old.ask("one", due=0)
    old.ask("two", due=AT + 90_000)
    new.ask("two", due=AT + 60_000)
    OpenApproval.objects.filter(run=new.run).update(since=datetime.fromtimestamp(AT / 1000 - 60, UTC))
    wanted = [(new.run.pk, "two"), (old.run.pk, "two"), (new.run.pk, "one"), (old.run.pk, "one")]
    assert [(row["run"], row["step"]) for row in listed(api)] == wanted
    paged, link = [], "/api/v1/approvals?limit=1"
    while link:
        answer = api.get(link).json()
        paged += [(row["run"], row["step"]) for row in answer["results"]]
        link = answer["next"]
    assert paged == wanted


def test_a_large_input_is_left_to_the_run(api, driven):
    driven.ask("two")
    Run.objects.update(input={"text": "x" * 5000})
    (row,) = listed(api)
    assert (row["title"], row["input"]) == ("", None)


def test_steps_inside_are_named_by_the_workflow_they_stand_in(driven):
    inner, outer = (
        driven.run.version,
        WorkflowVersion.objects.create(
            workflow=driven.run.workflow,
            number=2,
            graph={
                "nodes": [
                    {"kind": "map", "id": "each", "title": "Each order"},
                    {"kind": "approval", "id": "ask", "parent": "each", "title": "Ship it?"},
                    {"kind": "workflow", "id": "pay", "parent": "each", "version_id": driven.run.version_id},
                ]
            },
        ),
    )
    titles = StepTitles([outer.pk, inner.pk])
    asked = ["each[3]/ask", "each[3]/pay/one", "each[3]/pay/two", "gone", "gone/one"]
    assert [titles.title(outer.pk, step) for step in asked] == ["Ship it?", "May we pay?", "", "", ""]


def test_the_list_follows_the_run(api, driven):
    driven.ask("one")
    driven.ask("two")
    assert {row["step"] for row in listed(api)} == {"one", "two"}
    driven.apply(ev.ApprovalGiven("one", True, "bob"))
    assert [row["given"] for row in listed(api) if row["step"] == "one"] == [["bob"]]
    driven.apply(ev.ApprovalGiven("one", True, "cyd"))
    driven.apply(ev.StepCompleted("one", {}, "approved"))
    assert [row["step"] for row in listed(api)] == ["two"]
    driven.apply(ev.RunTerminated("ada"))
    assert not OpenApproval.objects.exists()


def test_an_older_row_brings_back_nothing(api, driven):
    driven.ask("one")
    old = driven.apply(ev.ApprovalGiven("one", True, "bob"), shown=False)
    driven.apply(ev.StepCompleted("one", {}, "approved"))
    write_rows([old])
    assert listed(api) == []


def test_mine_are_those_i_may_decide(api, driven, workflow_with_two, member, client_of):
    driven.ask("one", approvers=("val",), groups=("finance",))
    driven.ask("two")
    val, vic, oz = (member(role, name) for role, name in [("viewer", "val"), ("viewer", "vic"), ("operator", "oz")])
    Group.objects.create(name="finance").user_set.add(vic)
    mine = {user: [row["step"] for row in listed(client_of(user), "?mine=true")] for user in (val, vic, oz)}
    assert mine == {val: ["one"], vic: ["one"], oz: ["two"]}
    assert {row["step"]: row["mine"] for row in listed(client_of(oz))} == {"one": False, "two": True}


def test_the_list_of_runs_says_in_a_sentence_what_keeps_one(api, driven):
    driven.ask("one", approvers=("bob",))
    driven.ask("two")

    def told():
        return [(row["status"], row["reason"]) for row in api.get("/api/v1/runs").json()["results"]]

    assert told() == [("waiting", "Waiting for approval by bob (0 of 2 given), and 1 more.")]
    driven.apply(ev.RunPaused("ada", "lunch"))
    assert told() == [("paused", "Paused by ada: lunch, and 2 more.")]
    driven.apply(ev.RunTerminated("ada"))
    assert told() == [("terminated", "")]


def test_what_no_database_takes_holds_up_nothing(api, driven):
    driven.ask("one")
    driven.state.steps["one"].inner.request = ev.ApprovalRequested("one", "x\0y", schema={"title": "a\0b \\u0000"})
    OpenApproval.objects.all().delete()
    driven.seq += 1
    write_rows([row_of(driven.state, driven.run.pk, driven.seq, AT, AT)])
    (row,) = listed(api)
    assert (row["message"], row["schema"]) == ("x\ufffdy", {"title": "a\ufffdb \\u0000"})


def test_other_projects_ask_others(driven, member, client_of):
    driven.ask("one")
    other = Project.objects.create(slug="other", name="Other")
    sam = member(None, "sam")
    Membership.objects.create(project=other, user=sam, role=Role.OWNER)
    assert listed(client_of(sam)) == []


def test_a_finished_run_asks_nobody_even_before_the_list_knows(api, driven):
    driven.ask("one")
    Run.objects.filter(pk=driven.run.pk).update(status="failed")
    assert listed(api) == []


def test_it_can_be_narrowed(api, driven, workflow_with_two):
    driven.ask("one")
    assert len(listed(api, f"?run={driven.run.pk}&workflow={workflow_with_two.pk}")) == 1
    assert listed(api, "?run=nonsense") == []
    assert api.get("/api/v1/approvals?mine=perhaps").status_code == 400


def test_rows_without_approvals_cost_one_query_more(driven, django_assert_num_queries):
    row = row_of(driven.state, driven.run.pk, 9, AT, AT)
    with django_assert_num_queries(4):  # begin, update, select, commit
        write_rows([row])
