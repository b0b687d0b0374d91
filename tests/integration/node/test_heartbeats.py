"""Agents that must give a sign of life now and then (features C1: heartbeat time-out)."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agentcluster.messaging import Bus
from agentcluster.streams.batch import BatchWriter
from agents.node.node import Node, profile
from tests.agents.client import Caller
from tests.agents.manifests import HEAVY


@pytest.fixture
async def heavy(bus: Bus, writer: BatchWriter) -> AsyncIterator[Caller]:
    node = Node(bus, writer, profile("heavy"), HEAVY, processes=1)
    await node.start()
    yield await Caller.of(bus, node)
    await node.stop(finish_s=0)


async def test_an_agent_that_is_silent_for_too_long_is_stopped(caller: Caller) -> None:
    wanted = {"beats": 2, "every_s": 0.1, "then_s": 30}
    reply = await caller.call("beating", wanted, heartbeat_ms=300)
    assert reply.error is not None
    assert (reply.error.code, reply.error.retryable) == ("heartbeat_timeout", True)
    assert "0.3 s" in reply.error.message
    assert reply.error.data == {"progress": {"done": 2}}
    assert 400 <= reply.finished_ms - reply.started_ms < 3000


async def test_an_agent_that_beats_may_work_for_longer(caller: Caller) -> None:
    reply = await caller.call("beating", {"beats": 8, "every_s": 0.1}, heartbeat_ms=300)
    assert reply.output == {"beats": 8}, reply


async def test_without_a_heartbeat_time_out_silence_is_no_fault(caller: Caller) -> None:
    reply = await caller.call("beating", {"beats": 1, "every_s": 0.8})
    assert reply.output == {"beats": 1}, reply


async def test_signs_of_life_say_how_far_the_agent_is(caller: Caller) -> None:
    call_id = caller.send("beating", {"beats": 1, "every_s": 0.05, "then_s": 1})
    await asyncio.sleep(0.3)
    caller.control("beating", "ask", call_id)
    await caller.final(call_id)
    assert [reply.progress for reply in caller.replies if reply.status == "running"] == [{"done": 1}]


async def test_an_agent_in_a_worker_process_beats_too(heavy: Caller) -> None:
    reply = await heavy.call("heavy-beating", {"beats": 8, "every_s": 0.1}, heartbeat_ms=500)
    assert reply.output == {"beats": 8}, reply


async def test_a_silent_agent_in_a_worker_process_is_killed(heavy: Caller) -> None:
    reply = await heavy.call("heavy-beating", {"beats": 1, "every_s": 0.1, "then_s": 60}, heartbeat_ms=400)
    assert reply.error is not None
    assert reply.error.code == "heartbeat_timeout"
    assert reply.error.data == {"progress": {"done": 1}}


async def test_a_polite_agent_that_is_silent_fails_for_its_silence(heavy: Caller) -> None:
    reply = await heavy.call("heavy-polite", {}, heartbeat_ms=300)
    assert reply.error is not None
    assert reply.error.code == "heartbeat_timeout"


async def test_waiting_for_a_worker_process_is_no_silence(heavy: Caller) -> None:
    first = heavy.send("heavy-spin", {"seconds": 1.2})
    second = heavy.send("heavy-beating", {"beats": 2, "every_s": 0.1}, heartbeat_ms=600)
    assert (await heavy.final(second)).output == {"beats": 2}
    await heavy.final(first)
