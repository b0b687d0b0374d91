"""Triggers in the whole system: real beat and clock, NATS, Redis streams, and processes killed in mid-flow."""

import asyncio
import json
import re
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import httpx
import nats
import pytest
import redis

from agentcluster.up.config import PROJECT
from tests.integration.triggers.stack import TriggerStack, until

pytestmark = pytest.mark.xdist_group("trigger-stack")


@pytest.fixture(scope="module")
def live() -> Iterator[TriggerStack]:
    with TriggerStack() as running:
        assert isinstance(running, TriggerStack)
        yield running


@pytest.fixture
def valkey(live: TriggerStack) -> Iterator["redis.Redis"]:
    client = redis.Redis.from_url(live.services.redis_url)
    yield client
    client.close()


def on_nats(live: TriggerStack, work):
    async def connected():
        client = await nats.connect(live.services.nats_url)
        try:
            return await work(client)
        finally:
            await client.drain()

    return asyncio.run(connected())


def names(live: TriggerStack, workflow: str) -> Counter[str]:
    return Counter(run["input"]["name"] for run in live.runs(workflow))


def test_the_documented_curl_call_starts_a_run_and_answers_with_its_output(live: TriggerStack) -> None:
    made = live.create(live.publish(), "webhook", "Documented", config={"wait_s": 20})
    example = re.search(r"```sh\n(# Sign.*?)```", (PROJECT / "docs" / "triggers.md").read_text(), re.DOTALL)
    assert example
    script = re.sub(r"^URL=.*$", f"URL={made['url']}", example[1], flags=re.MULTILINE)
    script = re.sub(r"^SECRET=.*$", f"SECRET={made['secret']}", script, flags=re.MULTILINE)
    done = subprocess.run(["bash", "-ec", script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["output"]) == ("completed", {"text": "Hello Ada!"})


def test_a_chunked_body_over_the_limit_is_refused(live: TriggerStack) -> None:
    made = live.create(live.publish(), "webhook", "Big", config={"signature": "none"})

    def pieces() -> Iterator[bytes]:
        for _ in range(40):
            yield b"x" * 32_768

    assert httpx.post(made["url"], content=pieces()).status_code == 413


def test_every_second_starts_once_though_beat_and_jobs_are_killed_and_two_beats_run(live: TriggerStack) -> None:
    workflow = live.publish()
    made = live.create(workflow, "cron", "Ticks", config={"every_s": 1}, input={"name": "${ schedule.at }"})
    until(lambda: len(live.firings(made)) >= 3)
    live.kill("beat")
    live.kill("jobs")
    time.sleep(3)
    first = live.start_process("beat")
    live.start_process("jobs")
    live.start_process("beat")  # a second one beside it
    try:
        time.sleep(5)
        with live.api() as api:
            api.patch(f"triggers/{made['id']}", json={"enabled": False}).raise_for_status()
    finally:
        first.terminate()
        first.wait(timeout=20)
    time.sleep(1)
    counted = names(live, workflow)
    moments = sorted(counted)
    seconds = {int(moment[17:19]) for moment in moments}
    assert set(counted.values()) == {1}, "a moment started twice"
    assert len(seconds) == len(moments) >= 10
    starts = [time.mktime(time.strptime(moment[:19], "%Y-%m-%dT%H:%M:%S")) for moment in moments]
    assert {later - earlier for earlier, later in pairwise(starts)} == {1.0}, "a moment was lost"


def test_beat_alone_starts_what_is_due(live: TriggerStack) -> None:
    """Without the listener, whose own look hides whether beat does anything."""
    live.kill("triggers")
    try:
        made = live.create(live.publish(), "cron", "By beat", config={"every_s": 2}, input={"name": "x"})
        until(lambda: len(live.firings(made)) >= 2, 30)
        with live.api() as api:
            api.delete(f"triggers/{made['id']}").raise_for_status()
    finally:
        live.start_process("triggers")


def test_the_listener_alone_starts_what_is_due(live: TriggerStack) -> None:
    live.kill("beat")
    try:
        made = live.create(live.publish(), "cron", "By listener", config={"every_s": 2}, input={"name": "x"})
        until(lambda: len(live.firings(made)) >= 2, 20)
        with live.api() as api:
            api.delete(f"triggers/{made['id']}").raise_for_status()
    finally:
        live.start_process("beat")


def test_without_nats_schedules_and_streams_go_on_and_subjects_follow(
    live: TriggerStack, valkey: "redis.Redis"
) -> None:
    workflow = live.publish()
    subject = live.create(workflow, "nats", "Later", config={"subject": "later.on"})
    stream = live.create(workflow, "stream", "Anyway", config={"key": "anyway"})
    live.kill("nats")
    live.kill("triggers")
    live.start_process("triggers")
    valkey.xadd("anyway", {"name": "x"})
    until(lambda: live.firings(stream))
    live.start_process("nats")
    live.until_ready()
    until(
        lambda: on_nats(live, lambda client: client.publish("later.on", b'{"name": "y"}')) or live.firings(subject),
        30,
        1,
    )


def test_a_core_subject_starts_one_run_for_each_message_and_changes_count_within_two_seconds(
    live: TriggerStack,
) -> None:
    workflow = live.publish()
    mapping = {"name": "${ body.name } on ${ event.subject }"}
    made = live.create(workflow, "nats", "Core", config={"subject": "shop.orders.*"}, input=mapping)
    until(lambda: live.readers("shop.orders.*") == 1)

    async def send(client) -> None:
        for number in range(5):
            await client.publish(f"shop.orders.{number}", json.dumps({"name": f"n{number}"}).encode())
        await client.publish("shop.orders.bad", b"\xff{")
        await client.publish("shop.orders.empty", b"")
        await client.publish("shop.orders.other", b'{"name": 5, "x": "\\u0000"}')

    on_nats(live, send)
    until(lambda: len(live.firings(made)) == 8)
    assert names(live, workflow) == {f"n{number} on shop.orders.{number}": 1 for number in range(5)}
    refused = [firing for firing in live.firings(made) if firing["outcome"] == "refused"]
    assert {firing["code"] for firing in refused} == {"malformed_event"}
    with live.api() as api:
        api.patch(f"triggers/{made['id']}", json={"config": {"subject": "shop.moved"}}).raise_for_status()
    until(lambda: live.readers("shop.moved") == 1, 2, 0.05)
    on_nats(live, lambda client: client.publish("shop.moved", b'{"name": "late"}'))
    until(lambda: "late on shop.moved" in names(live, workflow))


def test_two_listeners_share_what_comes(live: TriggerStack, valkey: "redis.Redis") -> None:
    workflow = live.publish()
    live.create(workflow, "nats", "Shared", config={"subject": "shared.core"})
    live.create(workflow, "stream", "Shared stream", config={"key": "shared"})
    first = live.processes["triggers"]
    live.start_process("triggers")
    try:
        _share(live, valkey, workflow)
    finally:
        first.terminate()
        first.wait(timeout=20)


def _share(live: TriggerStack, valkey: "redis.Redis", workflow: str) -> None:
    group = until(lambda: valkey.xinfo_groups("shared"))[0]["name"]
    until(lambda: len(valkey.xinfo_consumers("shared", group)) == live.readers("shared.core") == 2, 40)

    async def send(client) -> None:
        for number in range(40):
            await client.publish("shared.core", json.dumps({"name": f"core {number}"}).encode())
            valkey.xadd("shared", {"name": f"entry {number}"})

    on_nats(live, send)
    wanted = {f"{kind} {number}": 1 for number in range(40) for kind in ("core", "entry")}
    until(lambda: len(live.runs(workflow)) >= 80, 40)
    until(lambda: valkey.xpending("shared", group)["pending"] == 0)
    assert names(live, workflow) == wanted


def test_a_jetstream_subject_loses_nothing_when_the_listener_is_killed(live: TriggerStack) -> None:
    on_nats(live, lambda client: client.jetstream().add_stream(name="PAID", subjects=["paid.>"]))
    workflow = live.publish()
    made = live.create(workflow, "nats", "Kept", config={"subject": "paid.>"})

    async def send(client) -> None:
        for number in range(200):
            await client.jetstream().publish("paid.order", json.dumps({"name": f"n{number}"}).encode())

    on_nats(live, send)
    until(lambda: live.firings(made), pause_s=0.01)
    live.kill("triggers")
    at_kill = len(live.firings(made))
    on_nats(live, lambda client: client.jetstream().publish("paid.order", b'{"name": "while away"}'))
    live.start_process("triggers")
    until(lambda: len(live.firings(made)) == 201, 60)
    assert at_kill < 200
    assert names(live, workflow) == {f"n{number}": 1 for number in range(200)} | {"while away": 1}
    with live.api() as api:
        api.delete(f"triggers/{made['id']}").raise_for_status()
    until(lambda: not on_nats(live, lambda client: client.jetstream().consumers_info("PAID")))


def test_policy_bounds_the_messages_of_a_jetstream_subject_at_work(live: TriggerStack) -> None:
    def in_force(api: httpx.Client) -> dict[str, str]:
        return {"If-Match": api.get("policies").headers["ETag"]}

    async def bounds(client) -> list[int]:
        return [consumer.config.max_ack_pending for consumer in await client.jetstream().consumers_info("BOUND")]

    on_nats(live, lambda client: client.jetstream().add_stream(name="BOUND", subjects=["bound.>"]))
    workflow = live.publish()
    live.create(workflow, "nats", "Bounded", config={"subject": "bound.>"})
    until(lambda: on_nats(live, bounds) == [100])
    entry = {"kind": "admission", "match": {}, "spec": {"max_ack_pending": 3}}
    with live.api() as api:
        api.put("policies/few", json=entry, headers=in_force(api)).raise_for_status()
        until(lambda: on_nats(live, bounds) == [3])
        on_nats(live, lambda client: client.jetstream().publish("bound.one", b'{"name": "held to three"}'))
        until(lambda: names(live, workflow) == {"held to three": 1})
        api.delete("policies/few", headers=in_force(api)).raise_for_status()
    until(lambda: on_nats(live, bounds) == [100])


def test_a_redis_stream_loses_nothing_when_the_listener_is_killed(live: TriggerStack, valkey: "redis.Redis") -> None:
    workflow = live.publish()
    made = live.create(workflow, "stream", "Orders", config={"key": "orders"})
    for number in range(200):
        valkey.xadd("orders", {"name": f"n{number}"})
    until(lambda: live.firings(made), pause_s=0.01)
    live.kill("triggers")
    at_kill = len(live.firings(made))
    valkey.xadd("orders", {"name": "while away"})
    live.start_process("triggers")
    until(lambda: len(live.firings(made)) == 201, 60)
    assert at_kill < 200
    assert names(live, workflow) == {f"n{number}": 1 for number in range(200)} | {"while away": 1}
    group = valkey.xinfo_groups("orders")[0]["name"].decode()
    until(lambda: valkey.xpending("orders", group)["pending"] == 0)
    with live.api() as api:
        api.delete(f"triggers/{made['id']}").raise_for_status()
    until(lambda: valkey.xinfo_groups("orders") == [])


def test_poison_is_tried_three_times_then_written_down_and_holds_nothing_up(
    live: TriggerStack, valkey: "redis.Redis"
) -> None:
    workflow = live.publish()
    made = live.create(
        workflow, "stream", "Picky", config={"key": "picky", "format": "json"}, input={"name": "${ body.name }"}
    )
    valkey.xadd("picky", {"data": '{"no": "name"}'})
    valkey.xadd("picky", {"data": "no json"})
    valkey.xadd("picky", {b"\xff": b"\xfe"})
    valkey.xadd("picky", {"data": '{"name": "good"}'})
    until(lambda: names(live, workflow) == {"good": 1})
    until(lambda: all(firing["outcome"] != "retrying" for firing in live.firings(made)), 60)
    told = sorted((firing["outcome"], firing["code"], firing["attempts"]) for firing in live.firings(made))
    assert told == [
        ("refused", "malformed_event", 1),
        ("refused", "malformed_event", 1),
        ("refused", "mapping_failed", 3),
        ("started", "", 1),
    ]
    group = valkey.xinfo_groups("picky")[0]["name"].decode()
    assert valkey.xpending("picky", group)["pending"] == 0


def test_a_trigger_switched_off_keeps_its_place_in_a_stream(live: TriggerStack, valkey: "redis.Redis") -> None:
    workflow = live.publish()
    made = live.create(workflow, "stream", "Pausing", config={"key": "pausing"})
    with live.api() as api:
        api.patch(f"triggers/{made['id']}", json={"enabled": False}).raise_for_status()
        # Who reads for a trigger made later has seen that this one is switched off.
        beside = live.create(live.publish(), "stream", "Beside", config={"key": "beside"})
        until(lambda: valkey.exists("beside") and valkey.xinfo_groups("beside"))
        valkey.xadd("pausing", {"name": "meanwhile"})
        valkey.xadd("beside", {"name": "goes on"})
        until(lambda: live.firings(beside))
        assert live.runs(workflow) == []
        api.patch(f"triggers/{made['id']}", json={"enabled": True}).raise_for_status()
    until(lambda: names(live, workflow) == {"meanwhile": 1})
