"""Dead letters, breakers and loads of a whole installation, on the command line and over REST."""

import asyncio
import json

import pytest

from agentcluster.streams import dead_letters
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.run_log import RunLog
from tests.integration.api import graphs
from tests.waiting import wait_until

pytestmark = pytest.mark.xdist_group("stack")


@pytest.fixture(scope="module")
def letters(stack):
    """Five dead letters of ``http-client``, newest first."""
    call = {
        "kind": "agent",
        "id": "fetch",
        "agent": "http-client",
        "input": {"url": "${ input.url }"},
        "retry": {"attempts": 3, "initial_s": 0.05, "on": ["address_not_allowed", "bad_url"]},
    }
    graph = graphs.document(
        {"kind": "start", "id": "start"},
        call,
        {"kind": "end", "id": "end"},
        edges=[("start", "fetch"), ("fetch", "end")],
    )
    with stack.api() as api:
        made = api.post("workflows", json={"title": "cli-letters", "name": "cli-letters", "graph": graph}).json()
        for port in (4, 5, 1, 2, 3):
            body = {"input": {"url": f"http://127.0.0.1:{port}/"}, "version": "draft"}
            answer = api.post(f"workflows/{made['id']}/runs", json=body)
            assert answer.status_code == 202, answer.text
    wait_until(lambda: len(listed(stack)) >= 5, 30)
    return listed(stack)


def listed(stack, *options):
    return json.loads(ok(stack.cli("dlq", "list", "http-client", "--json", *options)))


def ok(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_they_are_listed_counted_and_shown(stack, letters):
    assert {letter["step"] for letter in letters} == {"fetch"}
    assert {letter["retries"] for letter in letters} == {3}
    assert "http-client" in ok(stack.cli("dlq", "list"))
    assert json.loads(ok(stack.cli("dlq", "summary", "--json")))[0]["agent"] == "http-client"
    shown = ok(stack.cli("dlq", "show", "http-client", letters[0]["id"]))
    assert letters[0]["error_code"] in shown
    assert letters[0]["input"]["url"] in shown
    assert len(listed(stack, "--search", "127.0.0.1:2")) == 1
    assert listed(stack, "--code", "no_such_code") == []


def test_pages_follow_each_other(stack, letters):
    with stack.api() as api:
        first = api.get("dead-letters", params={"limit": 2, "agent": "http-client"}).json()
        assert len(first["results"]) == 2
        second = api.get(first["next"]).json()
        seen = [row["id"] for row in (*first["results"], *second["results"])]
        assert len(seen) == len({*seen}) >= 3
        assert api.get("dead-letters", params={"cursor": "nonsense"}).status_code == 400
        assert api.get("dead-letters", params={"limit": "-1"}).status_code == 400


def test_one_is_given_again_with_another_input_and_once_only(stack, letters):
    letter = letters[0]["id"]
    refused = stack.cli("dlq", "redrive", "http-client", letter, "--input", '{"url": 5}')
    assert refused.returncode == 2, refused.stdout + refused.stderr
    made = json.loads(ok(stack.cli("dlq", "redrive", "http-client", letter, "--input", '{"url": "http://"}', "--json")))
    with stack.api() as api:
        run = f"runs/{made['run_id']}"
        wait_until(lambda: api.get(run).json()["status"] == "failed")
        assert api.get(run).json()["origin"]["kind"] == "retry"
        assert api.get(f"dead-letters/http-client/{letter}").json()["redriven_as"] == made["run_id"]
    again = stack.cli("dlq", "redrive", "http-client", letter)
    assert again.returncode == 2
    assert made["run_id"] in again.stderr


def test_many_are_given_again_after_a_count(stack, letters):
    preview = json.loads(
        ok(stack.cli("dlq", "redrive", "http-client", "--search", "127.0.0.1:2", "--dry-run", "--json"))
    )
    assert (preview["count"], preview["redriven"]) == (1, {})
    done = json.loads(ok(stack.cli("dlq", "redrive", "http-client", "--search", "127.0.0.1:2", "--yes", "--json")))
    assert len(done["redriven"]) == 1
    assert done["refused"] == {}


def test_many_are_given_again_no_faster_than_the_rate_limit_allows(stack, letters):
    policy = {"kind": "rate_limit", "spec": {"per": "workflow", "rate": 1, "burst": 1}}
    with stack.api() as api:
        set_policy(api, policy)
        try:
            ids = [letter["id"] for letter in letters[3:]]
            done = stack.cli("dlq", "redrive", "http-client", *ids, "--yes", "--json")
        finally:
            number = api.get("policies").json()["number"]
            api.delete("policies/slow", headers={"If-Match": f'"{number}"'}).raise_for_status()
    assert len(json.loads(ok(done))["redriven"]) == 2
    assert "runs of this workflow may be started (slow)" in done.stderr


def set_policy(api, policy):
    number = api.get("policies").json()["number"]
    api.put("policies/slow", json=policy, headers={"If-Match": f'"{number}"'}).raise_for_status()
    wait_until(lambda: api.get("policies/state").json()["behind"] == 0)


def test_all_are_tried_and_what_was_refused_is_counted_once(stack):
    bury_lost(stack.services.redis_url, 130)
    done = stack.cli("dlq", "redrive", "text", "--all", "--yes", "--json")
    assert done.returncode == 1, done.stdout + done.stderr
    assert json.loads(done.stdout) == {"redriven": {}, "refused": {"run_gone": 130}, "left": 0}
    told = stack.cli("dlq", "redrive", "text", "--search", "LOST/a/7", "--yes")
    assert "11 refused (run_gone)" in told.stderr


def bury_lost(redis_url, count):
    async def write():
        writer = BatchWriter(redis_url)
        for number in range(count):
            fields = {"run_id": "gone", "original_id": f"lost/a/{number}", "step": "a", "input": "{}", "at": number}
            await dead_letters.bury(RunLog(writer), "text", f"lost/a/{number}", fields)
        await writer.close()

    asyncio.run(write())


def test_one_is_deleted(stack, letters):
    ok(stack.cli("dlq", "delete", "http-client", letters[2]["id"], "--yes"))
    assert letters[2]["id"] not in {letter["id"] for letter in listed(stack)}
    assert stack.cli("dlq", "show", "http-client", letters[2]["id"]).returncode == 2
    assert stack.cli("dlq", "redrive", "http-client").returncode == 2


def test_breakers_and_loads_are_shown(stack, letters):
    with stack.api() as api:
        load = api.get("agents/http-client/load").json()
        assert load["live"]
        assert [(row["pending"], row["stale"], row["breaker"]) for row in load["results"]] == [(0, False, "closed")]
        assert api.get("agents/no-such-agent/load").status_code == 404
        assert api.get("breakers").status_code == 200
        assert api.post("breakers/no-such-agent/1.0.0/reset").status_code == 404
        assert api.get("breakers/http-client/1.0.0/changes").json()["results"] == []
