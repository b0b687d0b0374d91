"""What the engine says with a call, also with one it takes over."""

import asyncio

from msgspec import structs

from agentcluster.streams import blocking
from designer.domain import events as ev
from designer.domain.graph import AgentNode, Graph, IntentNode, MapNode, Priority, RetryPolicy, TransformNode
from designer.engine.journal import decode_record
from designer.engine.worker import Engine
from tests.agents.manifests import manifest
from tests.integration.engine.lab import Lab, agent, asubmit, line


async def test_a_silent_agent_fails_its_attempt_and_is_tried_again(running: Lab) -> None:
    node = AgentNode(
        id="ask",
        agent="beating",
        input={"beats": 1, "every_s": 0.1, "then_s": 30},
        heartbeat_timeout_s=0.3,
        retry=RetryPolicy(attempts=2, initial_s=0.05),
    )
    (run_id,) = await running.start(line(node))
    (run,) = await running.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", "heartbeat_timeout")
    failures = [event for event in running.events(run_id) if isinstance(event, ev.StepFailed)]
    assert len(failures) == 2
    assert failures[0].error.data == {"progress": {"done": 1}}


async def test_the_idempotency_key_is_the_call_id_without_its_attempt(running: Lab) -> None:
    (run_id,) = await running.start(
        line(agent("ask", "echo"), output={"key": "${ steps.ask.idempotency_key }", "id": "${ steps.ask.call_id }"})
    )
    (run,) = await running.ended(run_id)
    assert run.output == {"key": f"{run_id}/ask", "id": f"{run_id}/ask/1"}


async def test_an_intent_keeps_its_criteria_when_another_worker_takes_the_run_over(lab: Lab) -> None:
    await lab.start_node([manifest("sleeper", capabilities=("add-up",))])
    first = lab.start_engine()
    node = IntentNode(
        id="ask", capabilities=("add-up",), input={"seconds": 4}, success_criteria={"required": ["total"]}
    )
    (run_id,) = await lab.start(line(node))
    await lab.seen(run_id, ev.StepStarted)
    await _replace(lab, first)
    await lab.seen(run_id, ev.RunTakenOver)
    (run,) = await lab.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", "criteria_not_met")
    assert sum(isinstance(event, ev.StepStarted) for event in lab.events(run_id)) == 1


async def _replace(lab: Lab, first: Engine) -> None:
    lab.start_engine()
    engine, task = lab.engines.pop(0)
    assert engine is first
    engine.stop()
    await task


async def test_runs_of_high_priority_get_the_slots_first(lab: Lab) -> None:
    await lab.start_node([manifest("sleeper", concurrency=1)])
    lab.start_engine()
    steps = [agent("ask", "sleeper", input={"seconds": 0.15})]
    low = await _start(lab, line(*steps), "low", 6)
    await lab.seen(low[0], ev.StepStarted)
    await asyncio.sleep(0.05)
    high = await _start(lab, line(*steps), "high", 3)
    await lab.ended(*low, *high)
    order = sorted((_started_at(lab, run_id), run_id in high) for run_id in (*low, *high))
    first_high = next(place for place, (_, is_high) in enumerate(order) if is_high)
    assert [is_high for _, is_high in order[first_high : first_high + 3]] == [True] * 3
    assert first_high <= 3


async def _start(lab: Lab, graph: Graph, priority: Priority, count: int) -> list[str]:
    requests = [structs.replace(request, priority=priority) for request in await lab.accept(graph, count=count)]
    await asubmit(requests)
    return [request.run_id for request in requests]


def _started_at(lab: Lab, run_id: str) -> int:
    records = [decode_record(entry) for entry in blocking.iterate_log(lab.client, run_id)]
    return next(record.at for record in records if isinstance(record.event, ev.StepStarted))


async def test_a_map_of_intents_is_put_out_item_by_item(lab: Lab) -> None:
    await lab.start_node([manifest("echo", capabilities=("add-up",), concurrency=3)])
    lab.start_engine()
    graph = line(MapNode(id="each", items="${ [1, 2, 3, 4, 5, 6, 7, 8] }", output="${ steps.ask.input.n }"))
    inner = IntentNode(id="ask", capabilities=("add-up",), input={"n": "${ item }"}, parent="each")
    graph = structs.replace(graph, nodes=(*graph.nodes, inner))
    (run_id,) = await lab.start(graph)
    (run,) = await lab.ended(run_id)
    assert run.status == "completed", run.error
    done = next(event for event in lab.events(run_id) if isinstance(event, ev.StepCompleted) and event.step == "each")
    assert done.output["results"] == [1, 2, 3, 4, 5, 6, 7, 8]


async def test_a_large_value_made_in_the_engine_reaches_the_agent_as_itself(running: Lab) -> None:
    big = TransformNode(id="big", output={"rows": "${ input.rows.map(row, input.text) }"})
    asks = agent("ask", "sizes", input={"rows": "${ steps.big.rows }", "anything": "${ steps.big.rows }"})
    graph = line(big, asks, output={"sizes": "${ steps.ask }"})
    (run_id,) = await running.start(graph, {"rows": [1] * 900, "text": "x" * 100})
    (run,) = await running.ended(run_id)
    assert run.status == "completed", run.error
    assert run.output["sizes"]["rows"] == ["list", 900]
    assert run.output["sizes"]["anything"] == ["dict", 1], "whoever takes anything takes references"
    started = await running.seen(run_id, ev.StepStarted)
    assert list(started.input["rows"]) == ["$artifact"]
