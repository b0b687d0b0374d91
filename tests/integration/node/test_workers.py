"""Agents that need the CPU run in worker processes: crashes, limits and stops harm nobody else."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest

from agentcluster import artifacts
from agentcluster.messaging import Bus
from agentcluster.streams.batch import BatchWriter
from agents.cluster.heartbeat import decoder, node_key, state_bucket
from agents.node.node import Node, profile
from tests.agents.client import Caller
from tests.agents.manifests import HEAVY, LIGHT, manifest
from tests.waiting import until


@pytest.fixture
async def node(bus: Bus, writer: BatchWriter) -> AsyncIterator[Node]:
    one = Node(bus, writer, profile("heavy"), (*HEAVY, *LIGHT), processes=2)
    await one.start()
    await until(lambda: one.pool.ready == 2, 60)
    yield one
    await one.stop(finish_s=0)


async def test_a_worker_process_runs_checks_and_stores(caller: Caller, node: Node):
    reply = await caller.call("heavy-echo", {"n": 1})
    assert reply.output["input"] == {"n": 1}
    assert reply.output["call_id"] == reply.call_id
    assert reply.received_ms <= reply.started_ms <= reply.finished_ms
    assert (await caller.call("heavy-strict", {})).error.code == "invalid_output"
    large = await caller.call("heavy-large", {})
    assert artifacts.ArtifactRef.from_value(large.output["text"]).size == 2_000_002


async def test_over_the_nodes_own_limit_the_greediest_call_ends(bus: Bus, writer: BatchWriter):
    one = Node(bus, writer, profile("tight"), HEAVY, processes=2, memory_mib=1)
    await one.start()
    reply = await (await Caller.of(bus, one)).call("heavy-spin", {"seconds": 60})
    assert (reply.error.code, reply.error.data) == ("memory_limit", {"memory_mib": 1})
    await one.stop(finish_s=0)


async def test_a_crash_is_a_typed_error_and_others_go_on(caller: Caller, node: Node, tmp_path):
    other = caller.send("heavy-spin", {"seconds": 1})
    crash = await caller.call("heavy-exit", {})
    assert (crash.error.code, crash.error.retryable, crash.error.data) == ("worker_crashed", True, {"exit_code": 3})
    assert (await caller.final(other)).status == "ok"
    await until(lambda: node.pool.ready == 2, 60)
    pids = {(await caller.call("heavy-echo", {})).output["pid"] for _ in range(10)}
    assert len(pids) == 2


async def test_cancelling_an_agent_that_does_not_listen_kills_its_process_only(caller: Caller, node: Node, tmp_path):
    stuck = caller.send("heavy-spin", {"seconds": 60, "trace": str(tmp_path / "t")})
    await until((tmp_path / "t").exists)
    caller.control("heavy-spin", "cancel", stuck)
    started = time.monotonic()
    assert (await caller.call("heavy-echo", {})).status == "ok"
    assert (await caller.final(stuck)).error.code == "cancelled"
    assert time.monotonic() - started < 5
    await until(lambda: node.pool.ready == 2, 60)


async def test_an_agent_that_listens_keeps_its_process(caller: Caller, node: Node, tmp_path):
    call_id = caller.send("heavy-polite", {"trace": str(tmp_path / "t")})
    await until((tmp_path / "t").exists)
    before = {worker.pid for worker in node.pool._workers}
    caller.control("heavy-polite", "cancel", call_id)
    assert (await caller.final(call_id)).error.code == "cancelled"
    assert {worker.pid for worker in node.pool._workers} == before


async def test_the_deadline_ends_a_worker_process(caller: Caller, node: Node):
    reply = await caller.call("heavy-spin", {"seconds": 60}, deadline_ms=300)
    assert reply.error.code == "deadline_exceeded"


async def test_too_much_memory_and_too_much_cpu_time_are_named(caller: Caller, node: Node):
    hungry, busy = caller.send("heavy-hungry", {}), caller.send("heavy-cpu", {})
    assert (await caller.final(hungry)).error.code == "memory_limit"
    assert (await caller.final(busy)).error.code == "cpu_limit"
    assert not (await caller.final(busy)).error.retryable


async def test_work_on_all_processes_delays_neither_heartbeats_nor_light_calls(caller: Caller, node: Node, bus: Bus):
    spins = [caller.send("heavy-spin", {"seconds": 11}) for _ in range(2)]
    seen, slowest = set(), 0.0
    end = time.monotonic() + 11
    while time.monotonic() < end:
        started = time.monotonic()
        assert (await caller.call("echo", {})).status == "ok"
        slowest = max(slowest, time.monotonic() - started)
        seen.add(decoder.decode(await state_bucket(bus).get(node_key(node.profile.node_id))).ts)
        await asyncio.sleep(0.1)
    assert len(seen) >= 3
    assert max(later - earlier for earlier, later in zip(sorted(seen), sorted(seen)[1:], strict=False)) < 6500
    assert slowest < 1.0
    for call_id in spins:
        assert (await caller.final(call_id)).status == "ok"


async def test_a_node_can_stop_while_its_processes_still_start(bus: Bus, writer: BatchWriter):
    node = Node(bus, writer, profile("hasty"), HEAVY, processes=2)
    await node.start()
    await asyncio.sleep(0.05)
    workers = set(node.pool._workers)
    await node.stop(finish_s=0)
    assert len(workers) == 2
    assert not any(worker.idle for worker in workers)


async def test_an_agent_that_cannot_be_imported_is_logged_and_its_calls_meet_their_deadline(
    bus: Bus, writer: BatchWriter, caplog
):
    node = Node(bus, writer, profile("broken"), (manifest("missing", cpu_bound=True),), processes=1)
    await node.start()
    caller = await Caller.of(bus, node)
    assert (await caller.call("missing", {}, deadline_ms=3000)).error.code == "deadline_exceeded"
    assert "did not start" in caplog.text
    await node.stop(finish_s=0)
