"""Many runs started with one request."""

import pytest

from agentcluster.security.models import Role
from agentcluster.streams import keys
from agentcluster.streams.shared import shared_client
from agentcluster.up import embedded
from agents.domain.policy import Policy, PolicySet
from agents.policies import live
from designer.engine.request import decode_request
from designer.models import AuditEntry, Run

pytestmark = pytest.mark.usefixtures("with_redis")


@pytest.fixture
def start(api, published, django_capture_on_commit_callbacks):
    def post(runs, client=api, **body):
        with django_capture_on_commit_callbacks(execute=True):
            return client.post(f"/api/v1/workflows/{published['id']}/runs/batch", {"runs": runs, **body})

    return post


def hinted(stream):
    return {decode_request(fields[b"r"]).run_id for _, fields in shared_client().xrange(stream)}


def test_what_fits_is_started_and_the_rest_is_told_in_its_place(start):
    answer = start(
        [
            {"input": {"name": "Ada"}, "labels": {"team": "x"}},
            {"input": {"name": 3}},
            {"input": {"name": "Bob", "punctuation": "x" * 1_100_000}},
            {"input": {"name": "Cyd"}, "idempotency_key": "c"},
        ],
        priority="low",
    )
    assert answer.status_code == 202, answer.content
    body = answer.json()
    assert (body["accepted"], body["refused"]) == (2, 2)
    first, misfit, large, last = body["results"]
    assert misfit["problem"]["code"] == "invalid_input"
    assert misfit["problem"]["errors"][0]["field"] == "/input/name"
    assert (large["problem"]["code"], large["problem"]["status"]) == ("too_large", 413)
    run = Run.objects.get(pk=first["id"])
    assert (run.input, run.labels, run.priority) == ({"name": "Ada", "punctuation": "!"}, {"team": "x"}, "low")
    assert {first["id"], last["id"]} <= hinted(keys.READY_BY_PRIORITY["low"])
    assert Run.objects.count() == 2
    entry = AuditEntry.objects.get(action="run.start_batch")
    assert entry.data == {"version": 1, "count": 2}


def test_keys_hold_across_requests_and_inside_one(start):
    item = {"input": {"name": "Ada"}, "idempotency_key": "k"}
    first = start([item, item]).json()["results"]
    again = start([item, {"input": {"name": "Bob"}, "idempotency_key": "k"}]).json()["results"]
    assert [result["new"] for result in first] == [True, False]
    assert {first[0]["id"], first[1]["id"], again[0]["id"]} == {first[0]["id"]}
    assert again[1]["problem"]["code"] == "idempotency_key_reused"
    assert Run.objects.count() == 1


def test_when_nothing_fits_the_whole_is_refused(start):
    answer = start([{"input": {}}, {"input": {"name": "Ada"}, "idempotency_key": "x" * 201}])
    assert (answer.status_code, answer.json()["code"]) == (422, "none_accepted")
    assert [result["problem"]["code"] for result in answer.json()["results"]] == ["invalid_input", "bad_input"]
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"runs": []}, 400, "/runs"),
        ({}, 400, ""),
        ({"runs": [{"inputs": {}}]}, 400, "/runs/0/inputs"),
        ({"runs": [{"input": {}, "labels": {"a": 1}}]}, 400, "/runs/0/labels"),
        ({"runs": [{"input": {}, "labels": {"a": "x" * 201}}]}, 400, "/runs/0/labels"),
        ({"runs": [{"input": {}}], "priority": "urgent"}, 400, "/priority"),
        ({"runs": [{"input": {}}], "version": "newest"}, 400, "/version"),
        ({"runs": [{"input": {}}] * 1001}, 413, None),
    ],
)
def test_what_is_no_batch_is_refused_as_a_whole(api, published, body, status, field):
    answer = api.post(f"/api/v1/workflows/{published['id']}/runs/batch", body)
    assert answer.status_code == status, answer.content
    if field is not None:
        assert answer.json()["errors"][0]["field"].startswith(field)
    assert not Run.objects.exists()


def test_a_viewer_may_not(start, member, client_of):
    assert start([{"input": {"name": "Ada"}}], client_of(member(Role.VIEWER, "val"))).status_code == 403


def test_while_redis_is_away_no_run_is_accepted(start, settings):
    settings.REDIS_URL = f"redis://{embedded.LOOPBACK}:{embedded.free_port()}/0"
    assert start([{"input": {"name": "Ada"}}]).status_code == 503
    assert not Run.objects.exists()


def test_the_number_of_queries_does_not_grow_with_the_runs(start, django_assert_max_num_queries, monkeypatch):
    monkeypatch.setattr(live, "_known", live._Known(PolicySet()))
    live.replace(PolicySet(1, (Policy("all", "rate_limit", spec={"rate": 1e6, "burst": 1_000_000}),)))
    start([{"input": {"name": "warm"}}])
    with django_assert_max_num_queries(60):
        answer = start([{"input": {"name": str(number)}, "idempotency_key": str(number)} for number in range(1000)])
    assert answer.json()["accepted"] == 1000
