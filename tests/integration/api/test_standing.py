"""How a run stands: read once, then only what has come since; never by what a log no longer holds."""

import pytest

from agentcluster.streams import keys
from agentcluster.streams.shared import shared_client
from designer.actions import standing as module
from designer.actions.standing import read_standing
from designer.domain import events as ev
from designer.models import Run, Workflow
from tests.integration.api.records import write_log

pytestmark = pytest.mark.usefixtures("with_redis")


@pytest.fixture
def run(api, workflow):
    answer = api.post(f"/api/v1/workflows/{workflow['id']}/publish", {}, headers={"If-Match": '"1"'})
    assert answer.status_code == 201, answer.content
    found = Workflow.objects.get(pk=workflow["id"])
    version = found.versions.get()
    return Run.objects.create(
        project=found.project, workflow=found, version=version, status="running", trace_id="0" * 32
    )


@pytest.fixture
def reads(monkeypatch):
    """After which entry each reading of the log began."""
    seen, iterate = [], module.iterate

    def counted(run_id, after=0):
        seen.append(after)
        return iterate(run_id, after)

    monkeypatch.setattr(module, "iterate", counted)
    return seen


def events(run):
    return [ev.RunStarted(run.pk, run.workflow_id, "", {}), ev.ApprovalRequested("ask", "Pay?")]


def test_only_what_has_come_since_is_read(run, reads):
    records = write_log(run, events(run))
    assert [*read_standing(run.pk).approvals] == ["ask"]
    write_log(run, [ev.RunPaused(by="her", reason="lunch")], after=records[-1])
    standing = read_standing(run.pk)
    assert (standing.seq, standing.paused.reason, [*standing.approvals]) == (3, "lunch", ["ask"])
    assert reads == [0, 1]


def test_what_the_caller_does_with_it_is_not_remembered(run):
    write_log(run, events(run))
    read_standing(run.pk).approvals.clear()
    assert [*read_standing(run.pk).approvals] == ["ask"]


def test_a_log_that_lost_its_end_is_read_anew(run, reads):
    """A Redis that comes back without its last second."""
    records = write_log(run, events(run))
    write_log(run, [ev.RunPaused(by="her")], after=records[-1])
    assert read_standing(run.pk).paused is not None
    shared_client().delete(keys.log(run.pk), keys.meta(run.pk))
    write_log(run, events(run)[:1])
    standing = read_standing(run.pk)
    assert (standing.seq, standing.paused, standing.approvals) == (1, None, {})
    assert reads == [0, 2, 0]


def test_few_runs_are_remembered(run, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED_MAX", 2)
    for number in range(5):
        read_standing(f"{run.pk[:-1]}{number}")
    assert len(module._remembered) == 2
