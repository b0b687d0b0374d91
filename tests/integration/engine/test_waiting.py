"""What a step that waits is told follows what is there, for as long as it waits."""

import asyncio
import time

from designer.domain import events as ev
from designer.models import Run
from tests.agents.manifests import manifest
from tests.integration.engine.lab import Lab, agent, line

ONE = [manifest("sleeper", concurrency=1)]
STEP = line(agent("slow", "sleeper", input={"seconds": 600}))


async def told(lab: Lab, run_id: str, code: str, timeout_s: float = 15) -> ev.StepWaiting:
    """Wait until the last thing the run was told about its step is ``code``."""
    end = time.monotonic() + timeout_s
    while True:
        waits = [event for event in lab.events(run_id) if isinstance(event, ev.StepWaiting)]
        if waits and waits[-1].code == code:
            return waits[-1]
        assert time.monotonic() < end, lab.events(run_id)
        await asyncio.sleep(0.02)


async def listed(lab: Lab, run_id: str, words: str) -> Run:
    """Wait until the list of runs gives ``words`` as the reason why the run stands still, or (empty) none."""
    end = time.monotonic() + 10
    while words not in (run := await lab.row(run_id)).reason or bool(words) != bool(run.reason):
        assert time.monotonic() < end, (run.status, run.reason)
        await asyncio.sleep(0.02)
    return run


async def test_a_step_that_waits_hears_that_the_last_instance_is_gone_and_that_one_has_come(lab: Lab) -> None:
    node = await lab.start_node(ONE)
    lab.start_engine()
    (first,) = await lab.start(STEP)
    await lab.seen(first, ev.StepStarted)
    (second,) = await lab.start(STEP)
    busy = await told(lab, second, "agent_busy")
    assert busy.message == "All instances of sleeper are busy (1 in sight); the next free one takes it."
    lab.nodes.remove(node)
    await node.stop(finish_s=0)
    nobody = await told(lab, second, "no_instance")
    assert nobody.message.startswith("No live node hosts sleeper")
    await told(lab, first, "no_instance")
    await lab.start_node(ONE)
    end = time.monotonic() + 15
    while not (started := [run for run in (first, second) if isinstance(lab.events(run)[-1], ev.StepStarted)]):
        assert time.monotonic() < end
        await asyncio.sleep(0.02)
    (other,) = {first, second} - {*started}
    await told(lab, other, "agent_busy")


async def test_the_list_of_runs_says_why_a_run_stands_still_that_no_agent_takes_up(lab: Lab) -> None:
    lab.start_engine()
    (run_id,) = await lab.start(line(agent("slow", "sleeper", input={"seconds": 600})))
    run = await listed(lab, run_id, "No live node hosts sleeper.")
    assert run.status == "running"
    await lab.start_node(ONE)
    assert (await listed(lab, run_id, "")).status == "running"
