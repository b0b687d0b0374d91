"""Ten times more starts than the system takes: refusals come in time, what was accepted ends, memory stays bounded."""

import asyncio
import time

import msgspec
import psutil
import pytest

from bench.flood import flood, post, press
from tests.integration.api import graphs
from tests.stack import Stack

SECONDS = 4.0
GROWTH = 200 * 2**20


@pytest.fixture(scope="module")
def stack():
    with Stack() as running:
        yield running


def prepare(api):
    """Lift the rate limit of the one user there is, and publish a workflow; return its id."""
    policy = {"kind": "rate_limit", "spec": {"rate": 1_000_000, "burst": 1_000_000}}
    api.put("policies/flood", json=policy, headers={"If-Match": '"0"'}).raise_for_status()
    made = api.post("workflows", json={"title": "Flooded", "graph": graphs.greeting()}).raise_for_status().json()
    head = {"If-Match": '"1"'}
    api.post(f"workflows/{made['id']}/publish", json={}, headers=head).raise_for_status()
    return made["id"]


def test_ten_times_the_capacity(stack):
    with stack.api() as api:
        workflow = prepare(api)
        path = f"{stack.url}/api/v1/workflows/{workflow}/runs"
        request = post(path, stack.token(), b'{"input": {"name": "Ada"}}')
        web = psutil.Process(stack.processes["web"].pid)
        best = asyncio.run(press(path, request, clients=30, seconds=SECONDS))
        before = web.memory_info().rss
        capacity = best.answers[202] / best.seconds
        assert set(best.answers) == {202}, best.bodies
        found = asyncio.run(flood(path, request, rate=10 * capacity, seconds=SECONDS))
        grown = web.memory_info().rss - before
        assert set(found.answers) == {202, 429}, (found.answers, found.bodies)
        assert not found.broken
        assert found.answers[429] > found.answers[202]
        problem = msgspec.json.decode(found.bodies[429])
        assert (problem["code"], problem["status"]) == ("too_many_starts", 429)
        assert "retry-after: 1\r\n" in found.headers[429]
        # Half a second of waiting and the way there and back. How far the slowest are from that is the bench's to tell
        # (``python -m bench overload``: p99 below 1 s): here the flood and other tests work on the same cores.
        assert found.slowest_s(429, 0.5) < 1.5
        assert grown < GROWTH
        assert found.answers[202] / found.seconds > capacity / 4
        ids = {msgspec.json.decode(body)["id"] for answers in (best, found) for body in answers.accepted}
        assert len(ids) == best.answers[202] + found.answers[202]
        deadline = time.monotonic() + 90
        while True:
            going = {"workflow": workflow, "status": "pending,queued,running", "limit": 1}
            if not api.get("runs", params=going).raise_for_status().json()["results"]:
                break
            assert time.monotonic() < deadline, stack.logs()
            time.sleep(0.5)
        assert _completed(api, workflow) >= ids


def _completed(api, workflow):
    found, link = set(), "runs"
    params = {"workflow": workflow, "status": "completed", "limit": 500}
    while link:
        page = api.get(link, params=params).raise_for_status().json()
        found |= {row["id"] for row in page["results"]}
        link, params = page["next"], None
    return found
