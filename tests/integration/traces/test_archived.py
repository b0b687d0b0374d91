"""Whoever follows a run does not notice that it is archived meanwhile."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from agentcluster.streams.shared import shared_client
from designer.archive.archiver import archive_runs
from designer.models import Run
from designer.traces import relay
from designer.traces.relay import Relay
from tests.integration.traces.conftest import Listener, events, write
from tests.integration.traces.test_sse import Stream
from tests.waiting import wait_until


def send_away(run):
    """The run as SQL has it at its end; then archived at once."""
    Run.objects.filter(pk=run.pk).update(status="completed", ended_at=timezone.now())
    archive_runs(shared_client(), [run.pk])
    assert Run.objects.get(pk=run.pk).archived


away = sync_to_async(send_away)


@pytest.mark.parametrize("after", [0, 1, 17, 39, 40, 99])
async def test_a_listener_gets_exactly_the_rest_of_an_archived_run(run, bearer, after):
    await write(run, events(run, 40))
    await away(run)
    async with Listener(run.pk, bearer, after) as listener:
        await listener.until_closed()
    assert listener.seqs == list(range(after + 1, 41))
    assert (listener.end, listener.close_code) == ("completed", 1000)


async def test_an_event_stream_of_an_archived_run(run, bearer):
    await write(run, events(run, 500))
    await away(run)
    stream = await Stream(run.pk, bearer, b"after=3").whole()
    assert [record["seq"] for record in stream.records] == list(range(4, 501))
    assert stream.blocks[-1] == 'event: end\ndata: {"status":"completed"}'


async def test_a_listener_that_was_slow_is_read_on_from_the_archive(run, bearer):
    await write(run, events(run, 5000))
    async with Listener(run.pk, bearer) as slow:
        while len(slow.events) < 2000:
            await slow.take()
        await away(run)
        await slow.acknowledge()
        await slow.until_closed()
    assert slow.seqs == list(range(1, 5001))
    assert slow.end == "completed"


async def test_a_run_archived_before_its_listener_saw_the_end(run, monkeypatch):
    """The tail has nothing to read any more; the listener looks, and reads on from the archive."""
    monkeypatch.setattr(relay, "LOOK_S", 0.2)
    first, *rest = events(run, 30)
    (last,) = await write(run, [first])
    following, seen = Relay(run.pk), []

    async def follow():
        async for batch in following.batches():
            seen.extend(entry.seq for entry in batch)

    task = asyncio.create_task(follow())
    await asyncio.to_thread(wait_until, lambda: bool(seen), 10)
    # As if the tail had been away: what comes now reaches it only as an empty stream.
    monkeypatch.setattr(relay.tail(), "_distribute", lambda reply: None)
    await write(run, rest, after=last)
    await away(run)
    await asyncio.wait_for(task, 10)
    assert (seen, following.status) == (list(range(1, 31)), "completed")
