"""Steps for any agent with a capability."""

from pathlib import Path

from agents.models import Agent
from designer.domain import events as ev
from designer.domain.graph import AgentNode
from tests.agents.manifests import manifest
from tests.integration.engine.lab import Lab, line

PARSER = manifest("echo", capabilities=("csv-parse",), concurrency=4)


def by_capability(capability: str, step: str = "ask", **fields: object) -> AgentNode:
    return AgentNode(id=step, capability=capability, **fields)


async def test_any_live_agent_with_the_capability_does_the_step(lab: Lab) -> None:
    await lab.start_node([PARSER])
    lab.start_engine()
    (run_id,) = await lab.start(
        line(by_capability("csv-parse", input={"n": 1}), output={"n": "${ steps.ask.input.n }"})
    )
    (run,) = await lab.ended(run_id)
    assert (run.status, run.output) == ("completed", {"n": 1}), run.error
    started = await lab.seen(run_id, ev.StepStarted)
    assert (started.agent, started.version) == ("echo", "1.2.0")
    assert started.instance.startswith("echo-lab-0")


async def test_the_step_says_that_nobody_has_the_capability_and_goes_on_when_somebody_comes(lab: Lab) -> None:
    lab.start_engine()
    (run_id,) = await lab.start(line(by_capability("csv-parse")))
    waiting = await lab.seen(run_id, ev.StepWaiting)
    assert waiting.code in ("no_instance", "registry_away")
    if waiting.code == "no_instance":
        assert waiting.message.startswith("No live agent offers the capability csv-parse")
    await lab.start_node([PARSER])
    (run,) = await lab.ended(run_id)
    assert run.status == "completed"


async def test_an_agent_that_is_switched_off_is_not_found(lab: Lab) -> None:
    await Agent.objects.acreate(name="echo", title={"en": "echo"}, enabled=False)
    await lab.start_node([PARSER])
    lab.start_engine()
    (run_id,) = await lab.start(line(by_capability("csv-parse")))
    waiting = await lab.seen(run_id, ev.StepWaiting)
    assert waiting.code == "no_instance"
    await Agent.objects.filter(name="echo").aupdate(enabled=True)
    (run,) = await lab.ended(run_id)
    assert run.status == "completed"


async def test_many_calls_by_capability_are_spread_over_the_agents_that_have_it(lab: Lab) -> None:
    other = manifest("sleeper", capabilities=("csv-parse",), concurrency=4)
    for _ in range(2):
        await lab.start_node([manifest("counted", capabilities=("csv-parse",), concurrency=4), other])
    lab.start_engine()
    run_ids = await lab.start(line(by_capability("csv-parse", input={"seconds": 0.1, "trace": "/dev/null"})), count=40)
    for run in await lab.ended(*run_ids):
        assert run.status == "completed", run.error
    used = {event.instance for run_id in run_ids for event in lab.events(run_id) if isinstance(event, ev.StepStarted)}
    assert len(used) == 4


async def test_a_lost_call_by_capability_goes_to_another_agent(lab: Lab, tmp_path: Path) -> None:
    first = await lab.start_node([manifest("sleeper", capabilities=("slow-work",))])
    lab.start_engine()
    node = by_capability("slow-work", input={"seconds": 1.0, "trace": str(tmp_path / "trace")})
    (run_id,) = await lab.start(line(node))
    await lab.seen(run_id, ev.StepStarted)
    await lab.start_node([manifest("counted", capabilities=("slow-work",))])
    lab.nodes.remove(first)
    await first.stop(finish_s=0)
    (run,) = await lab.ended(run_id)
    assert run.status == "completed", run.error
    started = [event for event in lab.events(run_id) if isinstance(event, ev.StepStarted)]
    assert (started[0].agent, started[-1].agent) == ("sleeper", "counted")
