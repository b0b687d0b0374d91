"""What a lost connection leaves in the ledger of tasks is removed, however soon somebody looks first."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from urllib.parse import urlsplit

import pytest

from agentcluster.streams import keys
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.connections import SyncClient, sync_client
from agentcluster.streams.run_log import RunLog
from agents.domain.calls import CallReply, CallRequest
from agents.routing.task_ledger import TaskLedger
from designer.domain.degrading import Instead
from designer.engine.flights import Flight
from tests.faults.proxy import Link, Network

PARSE = keys.tasks("parse")
DOUBT_S = 0.3


class Run:
    """The run that made the call."""

    trace_id = workflow_id = ""

    def deliver(self, step: str, reply: CallReply, instead: Instead | None = None) -> None:
        """Take nothing: no call is answered here."""


@pytest.fixture
def client(redis_url: str) -> Iterator[SyncClient]:
    client = sync_client(redis_url)
    client.delete(PARSE)
    yield client
    client.delete(PARSE)
    client.close()


@pytest.fixture
def link(redis_url: str) -> Iterator[Link]:
    network = Network()
    yield network.link("worker", "redis", urlsplit(redis_url).port or 6379)
    network.close()


@pytest.fixture
async def ledger(redis_url: str, link: Link) -> AsyncIterator[TaskLedger]:
    through = urlsplit(redis_url)
    writer = BatchWriter(
        through._replace(netloc=through.netloc.replace(str(through.port), str(link.port))).geturl(), timeout_s=0.5
    )
    ledger = TaskLedger(RunLog(writer), "w1", doubt_ms=int(DOUBT_S * 1000))
    yield ledger
    link.heal()
    await ledger.stop()
    await writer.close()


async def held(client: SyncClient, count: int) -> None:
    async with asyncio.timeout(10):
        while client.xlen(PARSE) != count:  # noqa: ASYNC110 - what is waited for happens in Redis
            await asyncio.sleep(0.02)


def call(number: int) -> Flight:
    request = CallRequest(f"r/s/{number}", f"r/s/{number}", "parse", "1.0.0", {})
    return Flight(Run(), "s", request, "instance-1", "node-1", now=0.0)


async def test_a_task_whose_answer_was_lost_goes_also_when_the_first_look_comes_too_early(
    ledger: TaskLedger, link: Link, client: SyncClient
) -> None:
    first, second = call(1), call(2)
    ledger.begin(first)
    await held(client, 1)
    link.half_open()
    ledger.begin(second)
    await held(client, 2)
    await asyncio.sleep(0.6)
    link.cut()
    link.heal()
    assert not second.entry
    await ledger.settle({first.entry})
    ledger.end(second)
    await asyncio.sleep(DOUBT_S + 0.1)
    await ledger.settle({first.entry})
    await held(client, 1)
    assert client.xrange(PARSE)[0][0] == first.entry
    ledger.end(first)
    await held(client, 0)
    assert not ledger.held


async def test_a_task_of_a_call_at_work_stays_however_old(ledger: TaskLedger, link: Link, client: SyncClient) -> None:
    first, second = call(1), call(2)
    ledger.begin(first)
    await held(client, 1)
    link.half_open()
    ledger.begin(second)
    await held(client, 2)
    await asyncio.sleep(0.6 + DOUBT_S)
    link.cut()
    link.heal()
    for _ in range(3):
        await ledger.settle({first.entry})
        await held(client, 1)
    assert client.xrange(PARSE)[0][0] == first.entry
