"""Every run that is started over the API costs a token, however it is started, and nobody else's."""

import asyncio
import re

import pytest

from agentcluster import asgi
from agentcluster.security.models import Role
from agentcluster.streams import dead_letters
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.connections import sync_client
from agentcluster.streams.run_log import RunLog
from agents.domain.policy import Policy, PolicySet
from agents.policies import limits, live
from agents.policies.errors import RateLimitedError
from designer.actions.carry_out_bulk import carry_out, give_up
from designer.models import BulkOperation, Run, Workflow
from tests.integration.api.conftest import (  # noqa: F401 - fixtures
    api,
    client_of,
    editor,
    member,
    project,
    published,
    registry,
    workflow,
)

pytestmark = pytest.mark.django_db(transaction=True)
ADA = {"input": {"name": "Ada"}}


@pytest.fixture(autouse=True)
def redis(settings, redis_url):
    settings.REDIS_URL = redis_url
    client = sync_client(redis_url)
    client.flushdb()
    limits._away.until = 0.0
    yield client
    client.close()


def use(number=1, **bursts):
    """Let ``per`` have a bucket of so many tokens, which hardly ever fills again."""
    live.replace(
        PolicySet(
            number,
            tuple(
                Policy(f"few-{per}s", "rate_limit", spec={"per": per, "rate": 0.001, "burst": burst})
                for per, burst in bursts.items()
            ),
        )
    )


@pytest.fixture
def batch(api, published):  # noqa: F811
    def post(count, client=api):
        return client.post(f"/api/v1/workflows/{published['id']}/runs/batch", {"runs": [ADA] * count})

    return post


@pytest.fixture
def make_run(published):  # noqa: F811
    def make(status="completed"):
        row = Workflow.objects.get(pk=published["id"])
        fields = {"project": row.project, "version": row.versions.get(), "trace_id": "0" * 32}
        return Run.objects.create(workflow=row, status=status, input={"name": "Ada"}, **fields)

    return make


def test_a_batch_costs_a_token_for_each_of_its_runs(batch):
    use(user=10)
    assert batch(7).status_code == 202
    late = batch(5)
    told = late.json()
    assert (late.status_code, told["code"], told["allowed"], told["together"]) == (429, "rate_limited", 3, 10)
    assert (told["policy"], told["per"]) == ("few-users", "user")
    assert told["detail"].startswith("3 of these 5 runs may start now. No more than 0.001 times a second you may start")
    assert int(late["Retry-After"]) == told["retry_after"] > 1000
    assert Run.objects.count() == 7
    assert batch(3).status_code == 202


def test_a_batch_that_never_fits_is_told_how_many_start_together_and_costs_nothing(batch):
    use(user=10)
    late = batch(11)
    assert (late.status_code, late.json()["allowed"]) == (429, 10)
    assert "Send them in parts: at most 10 start together." in late.json()["detail"]
    assert batch(10).status_code == 202


def test_what_one_bucket_refuses_costs_no_other_bucket_anything(batch):
    use(user=10, workflow=4)
    assert batch(5).json()["per"] == "workflow"
    assert batch(4).status_code == 202
    assert batch(2).json()["allowed"] == 0
    use(2, user=10)
    with pytest.raises(RateLimitedError, match="6 of these 7"):
        limits.check_start(user=_ada(), count=7)


def _ada():
    return Run.objects.select_related("created_by").first().created_by


def test_a_whole_batch_fits_what_everybody_may_without_a_policy(batch):
    assert batch(1000).status_code == 202
    assert batch(1000).json()["code"] == "rate_limited"


@pytest.mark.parametrize("what", ["retry", "replay", "fork", "continue"])
def test_runs_made_from_others_count_for_their_workflow(api, make_run, what):  # noqa: F811
    run = make_run("failed")
    use(workflow=1)
    limits.check_start(workflow=run.workflow_id)
    answer = api.post(f"/api/v1/runs/{run.pk}/{what}", {"after": 1} if what == "fork" else {})
    assert (answer.status_code, answer.json()["code"], answer.json()["per"]) == (429, "rate_limited", "workflow")


def test_a_trigger_that_is_tried_counts(api, published):  # noqa: F811
    path = f"/api/v1/workflows/{published['id']}/triggers"
    trigger = api.post(path, {"kind": "webhook", "name": "Hook", "input": {"name": "Ada"}}).json()
    use(workflow=1)
    tried = [api.post(f"/api/v1/triggers/{trigger['id']}/test", {}) for _ in range(2)]
    assert [answer.status_code for answer in tried] == [200, 429]
    assert Run.objects.count() == 1


def test_who_may_not_start_runs_uses_up_nothing(batch, client_of, member, make_run):  # noqa: F811
    use(workflow=2)
    viewer = client_of(member(Role.VIEWER, "val"))
    assert batch(2, viewer).status_code == 403
    assert viewer.post(f"/api/v1/runs/{make_run().pk}/replay", {}).status_code == 403
    assert batch(2).status_code == 202


def bury(redis_url, run, number):
    async def write():
        writer = BatchWriter(redis_url)
        fields = {"run_id": run.pk, "workflow_id": run.workflow_id, "step": "greet", "input": "{}", "at": number}
        entry = await dead_letters.bury(RunLog(writer), "http-client", f"{run.pk}/greet/{number}", fields)
        await writer.close()
        return entry

    return asyncio.run(write())


def test_dead_letters_that_are_given_again_count_one_by_one(api, make_run, redis_url):  # noqa: F811
    run = make_run("failed")
    letters = [bury(redis_url, run, number) for number in range(3)]
    use(workflow=1)
    assert api.post("/api/v1/dead-letters/redrive", {"agent": "http-client", "preview": True}).json()["count"] == 3
    limits.check_start(workflow=run.workflow_id)
    many = api.post("/api/v1/dead-letters/redrive", {"agent": "http-client"})
    one = api.post(f"/api/v1/dead-letters/http-client/{letters[0]}/redrive", {})
    for answer in (many, one):
        assert (answer.status_code, answer.json()["per"]) == (429, "workflow"), answer.content
    assert api.get("/api/v1/dead-letters/summary").json()["results"][0]["count"] == 3


def test_a_bulk_operation_makes_new_runs_no_faster_than_others_may(api, make_run):  # noqa: F811
    for _ in range(5):
        make_run()
    operation = api.post("/api/v1/runs/bulk", {"action": "replay", "filter": {"status": ["completed"]}}).json()["id"]
    use(workflow=2)
    for left in (3, 3):
        with pytest.raises(RateLimitedError):
            carry_out(operation)
        give_up(operation)
        page = BulkOperation.objects.get(pk=operation).pages.get()
        assert (len(page.run_ids), page.done) == (left, False)
    assert BulkOperation.objects.get(pk=operation).done == 2
    use(2, workflow=5)
    assert carry_out(operation)
    ended = BulkOperation.objects.get(pk=operation)
    assert (ended.done, ended.refused, Run.objects.filter(origin_run__isnull=False).count()) == (5, {}, 5)


def test_a_bulk_operation_that_makes_nothing_costs_nothing(api, make_run):  # noqa: F811
    for _ in range(3):
        make_run()
    use(workflow=1, user=1)
    operation = api.post("/api/v1/runs/bulk", {"action": "delete", "filter": {"status": ["completed"]}}).json()["id"]
    assert carry_out(operation)


@pytest.mark.parametrize(
    ("path", "starts"),
    [
        ("/api/v1/workflows/w/runs/batch", True),
        ("/api/v1/plans/runs", True),
        ("/api/v1/plans", False),
        ("/api/v1/runs/r/continue", True),
        ("/api/v1/dead-letters/redrive", True),
        ("/api/v1/dead-letters/http-client/1-0/redrive", True),
        ("/api/v1/triggers/t/test", True),
        ("/api/v1/runs/bulk", False),
        ("/api/v1/runs/r/cancel", False),
        ("/api/v1/triggers/t/rotate-secret", False),
    ],
)
def test_what_starts_runs_needs_a_place_at_the_entry_and_what_ends_them_does_not(path, starts):
    assert any(re.fullmatch(pattern, path) for pattern in asgi.STARTS) is starts
