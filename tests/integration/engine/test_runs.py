"""Runs through the real engine, bus, node and log."""

import asyncio

from agentcluster.streams import blocking, keys
from agentcluster.streams.entries import entry_hash
from designer.domain import events as ev
from designer.domain.graph import (
    ConditionNode,
    Edge,
    EndNode,
    Graph,
    JoinNode,
    MapNode,
    RetryPolicy,
    StartNode,
    TransformNode,
)
from designer.models import OPEN_STATUSES, Run
from tests.integration.engine.lab import Lab, agent, asubmit, line
from tests.waiting import until


async def test_a_graph_of_every_kind_of_node_runs_to_its_end(running: Lab) -> None:
    graph = Graph(
        (
            StartNode(id="start"),
            agent("ask", "echo", input={"n": "${ input.n }"}),
            ConditionNode(id="large", expression="${ steps.ask.input.n > 5 }"),
            MapNode(id="each", items="${ [1, 2, 3] }", concurrency=2, output="${ steps.one.input.n }"),
            agent("one", "echo", input={"n": "${ item * 10 }"}, parent="each"),
            TransformNode(id="small", output={"results": []}),
            JoinNode(id="both", mode="any"),
            EndNode(id="end", output={"results": "${ steps.each.results }"}),
        ),
        (
            Edge("start", "ask"),
            Edge("ask", "large"),
            Edge("large", "each", "true"),
            Edge("large", "small", "false"),
            Edge("each", "both"),
            Edge("small", "both"),
            Edge("both", "end"),
        ),
    )
    run_ids = await running.start(graph, {"n": 7}, count=20)
    for run in await running.ended(*run_ids):
        assert (run.status, run.output) == ("completed", {"results": [10, 20, 30]})
        assert (run.steps_done, run.error) == (run.steps_total, None)
        assert run.started_at <= run.ended_at
    await running.check(*run_ids, steps=8)


async def test_the_log_says_who_did_what_and_the_agent_gets_its_keys(running: Lab) -> None:
    (run_id,) = await running.start(line(agent("ask", "echo", input={"n": 1})))
    await running.ended(run_id)
    started, call, done, *_ = running.events(run_id)
    assert isinstance(started, ev.RunStarted)
    assert (started.started_by, started.worker) == ("ada", running.engines[0][0].worker)
    assert isinstance(call, ev.StepStarted)
    assert (call.agent, call.version, call.host) == ("echo", "1.2.0", running.nodes[0].profile.node_id)
    assert isinstance(done, ev.StepCompleted)
    assert done.output == {"input": {"n": 1}, "call_id": f"{run_id}/ask/1", "idempotency_key": f"{run_id}/ask"}


async def test_a_failing_step_is_tried_again_and_then_fails_the_run(running: Lab) -> None:
    policy = RetryPolicy(attempts=3, initial_s=0.1, on=("bad_value", "bad_input", "invalid_input"))
    (run_id,) = await running.start(line(agent("no", "refusing", input={"n": 1}, retry=policy)))
    (run,) = await running.ended(run_id)
    assert run.status == "failed"
    assert run.error["step"] == "no"
    assert run.error["message"] == "This cannot be used."
    failures = [event for event in running.events(run_id) if isinstance(event, ev.StepFailed)]
    assert [(event.attempt, bool(event.retry_at)) for event in failures] == [(1, True), (2, True), (3, False)]
    await running.check(run_id, status="failed")


async def test_a_step_that_takes_too_long_fails_with_a_timeout(running: Lab) -> None:
    (run_id,) = await running.start(line(agent("slow", "sleeper", input={"seconds": 30}, timeout_s=0.3)))
    (run,) = await running.ended(run_id)
    assert (run.status, run.error["step"]) == ("failed", "slow")
    assert run.error["code"] == "deadline_exceeded"


async def test_more_calls_than_slots_wait_their_turn(running: Lab) -> None:
    run_ids = await running.start(line(agent("slow", "sleeper", input={"seconds": 0.9})), count=10)
    await running.ended(*run_ids)
    waits = [event for run_id in run_ids for event in running.events(run_id) if isinstance(event, ev.StepWaiting)]
    assert {event.code for event in waits} == {"agent_busy"}, "three at a time take four turns, long enough to be told"
    await running.check(*run_ids, steps=2)


async def test_a_worker_holds_no_more_runs_than_it_may(lab: Lab) -> None:
    await lab.start_node()
    engine = lab.start_engine(max_runs=2)
    run_ids = await lab.start(line(agent("slow", "counted", input={"seconds": 0.1, "trace": "/dev/null"})), count=9)
    most = 0
    while await Run.objects.filter(pk__in=run_ids, status__in=OPEN_STATUSES).aexists():
        most = max(most, engine.held)
        await asyncio.sleep(0.01)
    assert most == 2
    await lab.check(*run_ids, steps=2)


async def test_hints_may_come_more_than_once_or_be_nonsense(running: Lab) -> None:
    blocking.add_hints(running.client, [b"nonsense", b"{}", b'{"run_id": "of no version"}'])
    requests = await running.accept(line(agent("ask", "echo", input={})), count=3)
    await asubmit(requests * 3)
    run_ids = [request.run_id for request in requests]
    await running.ended(*run_ids)
    await asubmit(requests)
    (last,) = await running.start(line(agent("ask", "echo", input={})))
    await running.ended(last)
    await running.check(*run_ids, last, steps=2)


async def test_a_log_that_lost_its_last_entry_is_gone_on_from(running: Lab) -> None:
    """As after a power cut with ``appendfsync everysec``: Redis is behind what the worker has seen."""
    (run_id,) = await running.start(
        line(agent("one", "echo", input={}), agent("two", "sleeper", input={"seconds": 0.5}))
    )
    await until(lambda: len(running.events(run_id)) == 4)
    entries = [*blocking.iterate_log(running.client, run_id)]
    with running.client.pipeline() as earlier:
        earlier.delete(keys.log(run_id))
        for entry in entries[:3]:
            earlier.xadd(keys.log(run_id), {"e": entry.data}, id=f"{entry.seq}-0")
        earlier.hset(keys.meta(run_id), mapping={"seq": 3, "head": entry_hash(entries[2].data)})
        earlier.execute()
    await running.ended(run_id)
    await running.check(run_id, steps=3)
    assert ev.RunTakenOver in map(type, running.events(run_id))
