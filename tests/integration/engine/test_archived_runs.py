"""Runs that a real engine has driven leave Redis whole, whatever their end, and nothing of them stays there."""

import msgspec
from asgiref.sync import sync_to_async

from agentcluster.clock import now_ms
from agentcluster.ids import first_id_of
from agentcluster.streams import keys
from agentcluster.streams.shared import shared_client
from designer.actions.past import records_of
from designer.archive.archiver import archive_runs
from designer.domain.graph import TransformNode
from designer.models import Run
from designer.traces.log import iterate
from tests.integration.engine.lab import Lab, agent, asubmit, line


async def test_runs_of_every_end_are_archived(running: Lab) -> None:
    good = line(agent("say", "echo", input={"value": "${ input.n }"}))
    bad = line(TransformNode(id="wrong", output="${ input.nothing }"))
    run_ids = await running.start(good, {"n": 1}, count=20) + await running.start(bad, {"n": 1}, count=5)
    await running.ended(*run_ids)
    before = {run_id: await sync_to_async(lambda run_id=run_id: [*iterate(run_id)])() for run_id in run_ids}
    records = await sync_to_async(records_of)(await running.row(run_ids[0]))
    await sync_to_async(archive_runs)(shared_client(), run_ids)
    assert await Run.objects.filter(archived=True).acount() == 25
    left = {key.decode() for key in running.client.scan_iter("run:*")}
    assert left == {f"run:{{{run_id}}}:meta" for run_id in run_ids}
    for run_id in run_ids:
        assert await sync_to_async(lambda run_id=run_id: [*iterate(run_id)])() == before[run_id]
    assert await sync_to_async(records_of)(await running.row(run_ids[0])) == records


async def test_an_old_hint_changes_nothing(running: Lab) -> None:
    """A hint that comes again once its run is archived is taken off, and the run is not driven a second time."""
    graph = line(agent("say", "echo", input={"value": 1}))
    requests = await running.accept(graph, count=5)
    run_ids = [request.run_id for request in requests]
    await asubmit(requests)
    await running.ended(*run_ids)
    await sync_to_async(archive_runs)(shared_client(), run_ids)
    await asubmit(requests)
    (later,) = await running.start(graph)
    await running.ended(later)
    assert not [key for key in running.client.scan_iter("run:*:log") if later.encode() not in key]


async def test_a_hint_so_old_that_the_mark_is_gone_changes_nothing(running: Lab) -> None:
    """As a worker gives it that stood still for longer than the mark of an archived run stays."""
    graph = line(agent("say", "echo", input={"value": 1}))
    (request,) = await running.accept(graph)
    old = first_id_of(now_ms() - 11 * 60_000)
    await Run.objects.filter(pk=request.run_id).aupdate(id=old)
    request = msgspec.structs.replace(request, run_id=old)
    await asubmit([request])
    await running.ended(old)
    await sync_to_async(archive_runs)(shared_client(), [old])
    running.client.delete(keys.meta(old))
    await asubmit([request])
    (later,) = await running.start(graph)
    await running.ended(later)
    assert not running.client.exists(keys.log(old), keys.meta(old))


async def test_a_run_that_had_to_wait_long_for_a_worker_begins(running: Lab) -> None:
    (request,) = await running.accept(line(agent("say", "echo", input={"value": 1})))
    old = first_id_of(now_ms() - 3600_000)
    await Run.objects.filter(pk=request.run_id).aupdate(id=old)
    await asubmit([msgspec.structs.replace(request, run_id=old)])
    (run,) = await running.ended(old)
    assert run.status == "completed"
