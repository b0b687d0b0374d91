"""Urgent runs go first where not all can: when a worker is full, and before an agent's slots."""

import asyncio

import msgspec

from agentcluster.streams import keys
from designer.domain import events as ev
from tests.integration.engine.lab import Lab, agent, asubmit, line
from tests.waiting import until


def started(lab: Lab, run_id: str) -> ev.RunStarted:
    first = lab.events(run_id)[0]
    assert isinstance(first, ev.RunStarted)
    return first


async def test_urgent_runs_overtake_in_a_full_worker(lab: Lab) -> None:
    await lab.start_node()
    graph = line(agent("slow", "sleeper", input={"seconds": 0.1}))
    requests = await lab.accept(graph, count=12)
    by_priority = [
        msgspec.structs.replace(request, priority=("low", "normal", "high")[number // 4])
        for number, request in enumerate(requests)
    ]
    await asubmit(by_priority)
    lab.start_engine(max_runs=1)
    rows = await lab.ended(*[request.run_id for request in requests])
    low, normal, high = ([row.started_at for row in rows[start : start + 4]] for start in (0, 4, 8))
    assert max(high) <= min(normal)
    assert max(normal) <= min(low)
    assert [started(lab, request.run_id).priority for request in requests] == ["low"] * 4 + ["normal"] * 4 + [
        "high"
    ] * 4
    await until(lambda: not any(lab.client.xlen(stream) for stream in keys.READY_BY_PRIORITY.values()))


async def test_hints_read_for_nothing_are_given_back(lab: Lab) -> None:
    """A worker with room for one may read one of each priority; another worker gets them when it stops."""
    await lab.start_node()
    lab.start_engine(max_runs=1)
    await asyncio.sleep(0.3)
    requests = await lab.accept(line(agent("slow", "sleeper", input={"seconds": 1.0})), count=3)
    await asubmit(
        [
            msgspec.structs.replace(request, priority=priority)
            for request, priority in zip(requests, ("high", "normal", "low"), strict=True)
        ]
    )
    await until(lambda: any(lab.events(request.run_id) for request in requests))
    await lab.stop_engines()
    lab.start_engine()
    for run in await lab.ended(*[request.run_id for request in requests]):
        assert run.status == "completed"


async def test_a_run_says_what_started_it(running: Lab) -> None:
    (request,) = await running.accept(line(agent("one", "echo", input={})))
    origin = ev.Origin("replay", "another", by="ada")
    await asubmit([msgspec.structs.replace(request, trigger="cron nightly", origin=origin)])
    await running.ended(request.run_id)
    first = started(running, request.run_id)
    assert (first.trigger, first.origin, first.started_by) == ("cron nightly", origin, "ada")
