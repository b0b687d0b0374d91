"""A change is in force in every process within a second; a NATS that comes back older or empty changes nothing."""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest

from agentcluster.messaging import Bucket, connect
from agentcluster.subjects import POLICIES
from agents.policies.feed import KEY
from tests.stack import Stack

ROLES = {"web", "engine", "node", "jobs", "triggers", "gateway"}
LIMIT = {"kind": "rate_limit", "spec": {"rate": 5000, "burst": 5000}}


@pytest.fixture(scope="module")
def stack():
    with Stack(also=("jobs", "triggers", "gateway")) as running:
        yield running


@pytest.fixture
def api(stack):
    with stack.api() as client:
        yield client


def state(api: httpx.Client) -> dict[str, Any]:
    return api.get("policies/state").raise_for_status().json()


def until(what: Callable[[], Any], seconds: float = 30.0) -> Any:
    deadline = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.05)


def everywhere(api: httpx.Client, number: int) -> dict[str, Any] | None:
    told = state(api)
    roles = {each["role"] for each in told["processes"] if each["number"] == number}
    return told if told["number"] == number and told["behind"] == 0 and roles >= ROLES else None


def change(api: httpx.Client, rate: float) -> dict[str, Any]:
    number = api.get("policies").json()["number"]
    body = {**LIMIT, "spec": {"rate": rate, "burst": 5000}}
    return api.put("policies/api", json=body, headers={"If-Match": f'"{number}"'}).raise_for_status().json()


def write(stack: Stack, document: bytes | None) -> None:
    """Put something into the bucket, past the policy centre; None empties it."""

    async def put() -> None:
        async with await connect(stack.services.nats_url, "test") as bus:
            bucket = Bucket(bus, POLICIES)
            await (bucket.delete(KEY) if document is None else bucket.put(KEY, document))

    asyncio.run(put())


def read(stack: Stack) -> dict[str, Any] | None:
    async def get() -> bytes | None:
        async with await connect(stack.services.nats_url, "test") as bus:
            return await Bucket(bus, POLICIES).get(KEY)

    held = asyncio.run(get())
    with contextlib.suppress(msgspec.DecodeError):
        return None if held is None else msgspec.json.decode(held)
    return {}


def test_every_process_has_a_change_within_a_second(stack, api):
    until(lambda: {each["role"] for each in state(api)["processes"]} >= ROLES)
    slowest = 0.0
    for rate in range(1000, 1005):
        made = change(api, rate)
        told = until(lambda number=made["number"]: everywhere(api, number))
        # All on one machine, so their clocks agree.
        slowest = max(slowest, *((each["since_ms"] - made["at_ms"]) / 1000 for each in told["processes"]))
        assert told["everywhere_ms"] == max(each["since_ms"] for each in told["processes"])
    assert slowest < 1.0
    kept = msgspec.json.decode((stack.home / "policies.json").read_bytes())
    assert kept["policies"][0]["spec"]["rate"] == 1004


@pytest.mark.parametrize(
    "document",
    [
        b"not json",
        b'{"number": 999999, "policies": [{"name": "x", "kind": "rate_limit", "spec": {"rate": -1}}]}',
        b'{"number": -5, "policies": []}',
        b'{"number": 1, "policies": []}',
    ],
)
def test_what_is_bad_or_old_in_the_bucket_is_ignored_told_and_replaced(stack, api, document):
    made = change(api, 2000 + len(document))
    until(lambda: everywhere(api, made["number"]))
    write(stack, document)
    until(lambda: (read(stack) or {}).get("number") == made["number"])
    told = until(lambda: everywhere(api, made["number"]))
    if document != b'{"number": 1, "policies": []}':
        assert all("refused" in each["trouble"] for each in until(lambda: _troubled(api)))
    assert len(told["processes"]) >= len(ROLES)


def _troubled(api: httpx.Client) -> list[dict[str, Any]]:
    return [each for each in state(api)["processes"] if each["role"] == "node" and each["trouble"]]


def test_a_bucket_that_was_emptied_is_filled_again(stack, api):
    made = change(api, 3000)
    until(lambda: everywhere(api, made["number"]))
    write(stack, None)
    until(lambda: read(stack) is not None)
    assert read(stack)["number"] == made["number"]


def test_a_bucket_ahead_of_the_database_is_overtaken_by_it(stack, api):
    """As after a database was restored from a copy: its policies hold, under a number above all that was seen."""
    made = change(api, 4000)
    until(lambda: everywhere(api, made["number"]))
    other = {"number": made["number"] + 7, "policies": [{"name": "other", "kind": "retry"}]}
    write(stack, msgspec.json.encode(other))
    told = until(lambda: everywhere(api, made["number"] + 8))
    assert told["behind"] == 0
    assert [each["name"] for each in api.get("policies").json()["policies"]] == ["api"]
    newest = api.get("policies/history").json()["results"][0]
    assert (newest["action"], newest["by"]) == ("repair", "")
    again = change(api, 4001)
    until(lambda: everywhere(api, again["number"]))


def test_a_process_that_starts_while_nats_is_away_uses_the_set_in_its_file(stack, api):
    made = change(api, 5000)
    until(lambda: everywhere(api, made["number"]))
    stack.kill("nats")
    try:
        for name in ("triggers", "node"):
            stack.kill(name)
        stack.start_process("triggers")
        stack.start_process("node")

        def started() -> list[str]:
            wanted = {stack.processes[name].pid: name for name in ("triggers", "node")}
            return [
                each["source"]
                for each in state(api)["processes"]
                if each["pid"] in wanted and each["number"] == made["number"]
            ]

        assert "file" in until(lambda: len(found := started()) == 2 and found, 20)
        away = change(api, 5001)
        assert api.get("policies").json()["number"] == away["number"]
        told = until(lambda: (found := state(api))["behind"] and found)
        assert any(each["role"] == "node" and each["number"] < away["number"] for each in told["processes"])
    finally:
        stack.start_process("nats")
    until(lambda: everywhere(api, away["number"]), 40)


def test_policies_change_while_redis_is_away_and_nobody_fails(stack, api):
    stack.kill("valkey")
    try:
        made = change(api, 6000)
        assert state(api)["known"] is False
    finally:
        stack.start_process("valkey")
    with contextlib.suppress(httpx.TransportError):
        stack.until_ready()
    until(lambda: everywhere(api, made["number"]), 40)
