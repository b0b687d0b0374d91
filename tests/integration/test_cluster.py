"""Nodes in the bucket, seen by others: over time, over a restart of NATS, from synchronous code."""

import asyncio
import os
import subprocess
import sys
import threading
import time

import msgspec
import pytest

from agentcluster.clock import now_ms
from agentcluster.errors import UnavailableError
from agentcluster.messaging import Bus, connect
from agents.cluster import snapshot
from agents.cluster.heartbeat import Heartbeat, HostedInstance, Slots, node_key, state_bucket
from agents.cluster.view import ClusterView
from agents.domain.health import Health
from tests.conftest import start_nats
from tests.waiting import until, wait_until


def beat(
    node_id: str, ts: int | None = None, agents: dict[str, str] | None = None, capabilities: tuple[str, ...] = ()
) -> bytes:
    hosted = [
        HostedInstance(name, version, "agent://sha256:0", f"{name}-{node_id}", 1, 4, capabilities=capabilities)
        for name, version in (agents or {}).items()
    ]
    return msgspec.json.encode(
        Heartbeat(
            node_id=node_id,
            name=node_id,
            ts=now_ms() if ts is None else ts,
            load=10,
            region="eu",
            role="node",
            toolset=(),
            version="0.1.0",
            host="here",
            pid=1,
            started_ms=0,
            slots=Slots(0, 8),
            agents=tuple(hosted),
        )
    )


@pytest.fixture
async def bus(nats_url):
    async with await connect(nats_url, "test") as one:
        for key in await state_bucket(one).keys():
            await state_bucket(one).delete(key)
        yield one


@pytest.fixture
async def view(bus: Bus):
    one = ClusterView(bus)
    await one.start()
    yield one
    await one.stop()


async def test_a_node_comes_is_used_and_leaves(bus: Bus, view: ClusterView):
    changes = []
    view.on_change(lambda: changes.append(1))
    await state_bucket(bus).put(node_key("n1"), beat("n1", agents={"text": "1.0.0"}))
    await until(view.nodes)
    (node,) = view.nodes()
    assert (node.node_id, node.status, node.region) == ("n1", Health.ACTIVE, "eu")
    (found,) = view.instances_of("text", "1.0.0")
    assert (found.instance, found.node, found.concurrency) == ("text-n1", "n1", 4)
    assert view.instances_of("text", "2.0.0") == []
    assert view.health_of_instance("text-n1") is Health.ACTIVE
    await state_bucket(bus).delete(node_key("n1"))
    await until(lambda: not view.nodes())
    assert view.instances_of("text", "1.0.0") == []
    assert view.health("n1") is None
    assert len(changes) == 2


async def test_without_a_version_the_newest_is_meant(bus: Bus, view: ClusterView):
    await state_bucket(bus).put(node_key("n1"), beat("n1", agents={"text": "1.9.0"}))
    await state_bucket(bus).put(node_key("n2"), beat("n2", agents={"text": "1.10.0"}))
    await until(lambda: len(view.nodes()) == 2)
    assert [found.version for found in view.instances_of("text")] == ["1.10.0"]


async def test_agents_are_found_by_what_they_can_do(bus: Bus, view: ClusterView):
    await state_bucket(bus).put(
        node_key("n1"), beat("n1", agents={"csv": "1.9.0", "tsv": "1.0.0"}, capabilities=("parse",))
    )
    await state_bucket(bus).put(node_key("n2"), beat("n2", agents={"csv": "1.10.0"}, capabilities=("parse", "write")))
    await until(lambda: len(view.nodes()) == 2)
    assert [found.instance for found in view.instances_with("parse")] == ["csv-n2", "tsv-n1"]
    assert [found.instance for found in view.instances_with("write")] == ["csv-n2"]
    assert view.instances_with("fly") == []
    assert view.active_nodes() == {"n1", "n2"}
    assert view.instance("csv-n1").version == "1.9.0"
    await state_bucket(bus).delete(node_key("n2"))
    await until(lambda: len(view.nodes()) == 1)
    assert [found.instance for found in view.instances_with("parse")] == ["csv-n1", "tsv-n1"]
    assert view.instance("csv-n2") is None


async def test_an_entry_with_an_old_time_is_offline_whatever_else_it_says(bus: Bus, view: ClusterView):
    await state_bucket(bus).put(node_key("n1"), beat("n1", ts=now_ms() - 16_000, agents={"text": "1.0.0"}))
    await until(view.nodes)
    assert view.nodes()[0].status is Health.FAILED
    assert view.instances_of("text") == []


async def test_a_beat_that_cannot_be_read_is_passed_over(bus: Bus, view: ClusterView, caplog):
    await state_bucket(bus).put(node_key("bad"), b"not json")
    await state_bucket(bus).put(node_key("good"), beat("good"))
    await until(view.nodes)
    assert [node.node_id for node in view.nodes()] == ["good"]
    assert "cannot be read" in caplog.text


async def test_a_silent_node_is_unreachable_then_failed(bus: Bus, view: ClusterView):
    await state_bucket(bus).put(node_key("n1"), beat("n1", agents={"text": "1.0.0"}))
    await until(view.nodes)
    started = asyncio.get_running_loop().time()
    await until(lambda: view.health("n1") is Health.UNREACHABLE)
    assert 7.0 < asyncio.get_running_loop().time() - started < 9.5
    assert view.instances_of("text") == []
    await until(lambda: view.health("n1") is Health.FAILED)
    assert 9.5 < asyncio.get_running_loop().time() - started < 16.5


async def test_a_restart_of_nats_makes_nobody_fail(tmp_path):
    server = start_nats(tmp_path / "nats")
    async with await connect(server.url, "test") as bus:
        view = ClusterView(bus)
        await view.start()
        await state_bucket(bus).put(node_key("n1"), beat("n1", agents={"text": "1.0.0"}))
        await until(view.nodes)
        server.kill()
        await until(lambda: view.blind)
        seen = []
        view.on_change(lambda: seen.append(view.health("n1")))
        await asyncio.sleep(9)
        server.start()
        await until(lambda: bus.connected)
        await state_bucket(bus).put(node_key("n1"), beat("n1", agents={"text": "1.0.0"}))
        await until(lambda: not view.blind)
        await asyncio.sleep(1)
        assert view.health("n1") is Health.ACTIVE
        assert seen == []
        await view.stop()
    server.kill()


def test_synchronous_code_reads_the_same_and_is_told_when_nats_is_away(tmp_path, settings):
    server = start_nats(tmp_path / "nats")
    settings.NATS_URL = server.url

    async def write() -> None:
        async with await connect(server.url, "test") as bus:
            await state_bucket(bus).put(node_key("n1"), beat("n1"))

    try:
        asyncio.run(write())
        wait_until(snapshot.read)
        assert [node.node_id for node in snapshot.read()] == ["n1"]
        server.kill()

        def away() -> bool:
            try:
                snapshot.read()
            except UnavailableError as error:
                return error.status == 503
            return False

        wait_until(away)
        server.start()
        asyncio.run(write())
        wait_until(lambda: not away())
    finally:
        snapshot.close()
        server.kill()


def observers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "cluster-snapshot"]


def test_the_thread_ends_when_it_is_closed_and_when_another_nats_takes_its_place(tmp_path, settings, nats_url):
    snapshot.close()
    settings.NATS_URL = nats_url
    wait_until(snapshot.board)
    (first,) = observers()
    server = start_nats(tmp_path / "nats")
    try:
        settings.NATS_URL = server.url
        wait_until(snapshot.board)
        first.join(10)
        (second,) = observers()
        assert second is not first
    finally:
        server.kill()
    begun = time.monotonic()
    snapshot.close()
    assert time.monotonic() - begun < 4, "the end waits for no server"
    assert observers() == []


def test_a_thread_that_has_hardly_begun_ends_as_quickly(settings, nats_url):
    settings.NATS_URL = nats_url
    for _ in range(20):
        snapshot._current()
        begun = time.monotonic()
        snapshot.close()
        assert time.monotonic() - begun < 4
    assert observers() == []


def test_a_process_that_ends_leaves_no_trace_of_it(nats_url):
    script = """
import logging, time
import django; django.setup()
from agents.cluster import snapshot
logging.basicConfig()
print(snapshot.read())
"""
    environment = {**os.environ, "NATS_URL": nats_url, "DJANGO_SETTINGS_MODULE": "agentcluster.settings"}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.startswith("[")
    assert "Traceback" not in done.stderr
