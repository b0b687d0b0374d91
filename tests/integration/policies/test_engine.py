"""What policies do to steps: calls in their turn, retries nobody wrote into the workflow."""

import asyncio
import time

import msgspec
import pytest

from agentcluster.streams.buckets import AsyncBuckets, Taken
from agents.domain.policy import Match, Policy, PolicySet
from agents.policies import live
from designer.domain import events as ev
from designer.domain.graph import AgentNode, Graph, IntentNode, RetryPolicy
from tests.integration.engine import routing_agents as mine
from tests.integration.engine.conftest import lab, running  # noqa: F401 - fixtures
from tests.integration.engine.lab import Lab, agent, line
from tests.waiting import until


def use(*policies: Policy, number: int = 1) -> None:
    live.replace(PolicySet(number, policies))


async def test_calls_of_a_limited_agent_go_in_their_turn_and_are_told_of_it(running: Lab) -> None:  # noqa: F811
    use(Policy("slow", "rate_limit", Match(agent="echo"), {"per": "agent", "rate": 5, "burst": 2}))
    begin = time.monotonic()
    run_ids = await running.start(line(agent("say", "echo")), count=12)
    rows = await running.ended(*run_ids)
    assert {row.status for row in rows} == {"completed"}
    # Two at once, ten more at five a second.
    assert 1.9 <= time.monotonic() - begin < 6
    told = [event for run_id in run_ids for event in running.events(run_id) if isinstance(event, ev.StepWaiting)]
    assert told
    assert {event.code for event in told} == {"rate_limited"}
    assert "5 calls a second (policy slow)" in told[0].message


async def test_a_limit_that_is_lifted_lets_all_go(running: Lab) -> None:  # noqa: F811
    use(Policy("stop", "rate_limit", Match(agent="echo"), {"per": "agent", "rate": 0.001, "burst": 1}))
    run_ids = await running.start(line(agent("say", "echo")), count=5)
    other = await running.start(line(agent("say", "sleeper", input={"seconds": 0})))
    await running.ended(*other)
    use(number=2)
    rows = await running.ended(*run_ids, timeout_s=8)
    assert {row.status for row in rows} == {"completed"}


@pytest.mark.parametrize("own", [None, RetryPolicy(attempts=2, initial_s=0.01)])
async def test_a_failed_step_is_tried_again_as_policy_says_unless_it_says_so_itself(running: Lab, own) -> None:  # noqa: F811
    use(Policy("again", "retry", Match(agent="brief"), {"attempts": 4, "first_s": 0.01, "jitter": 0}))
    fields = {"retry": own} if own else {}
    [run_id] = await running.start(line(agent("fail", "brief", **fields)))
    await running.ended(run_id)
    failed = [event for event in running.events(run_id) if isinstance(event, ev.StepFailed)]
    assert len(failed) == (2 if own else 4)
    assert [bool(event.retry_at) for event in failed] == [True] * (len(failed) - 1) + [False]


async def test_an_instance_works_on_no_more_calls_than_policy_allows(running: Lab) -> None:  # noqa: F811
    use(Policy("one", "admission", Match(agent="sleeper"), {"concurrent": 1}))
    begin = time.monotonic()
    run_ids = await running.start(line(agent("sleep", "sleeper", input={"seconds": 0.3})), count=4)
    rows = await running.ended(*run_ids)
    assert {row.status for row in rows} == {"completed"}
    assert time.monotonic() - begin >= 1.2
    use(number=2)
    begin = time.monotonic()
    await running.ended(*await running.start(line(agent("sleep", "sleeper", input={"seconds": 0.3})), count=4))
    assert time.monotonic() - begin < 1.2


BY_CAPABILITY = line(AgentNode(id="say", capability="moody", input={}))
BY_INTENT = line(IntentNode(id="say", goal="be moody", capabilities=("moody",), bid_window_s=1.0, input={}))
BY_NAME = line(agent("say", "moody", input={}))


def three_in_all(version: str = "") -> None:
    use(Policy("few", "rate_limit", Match("moody", version), {"per": "agent", "rate": 0.001, "burst": 3}))


async def told(laboratory: Lab, run_ids: list[str], waiting: int) -> list[ev.StepWaiting]:
    """Wait until three calls were made, and ``waiting`` runs have been told that they wait for a token."""
    end = time.monotonic() + 15
    while True:
        events = [event for run_id in run_ids for event in laboratory.events(run_id)]
        found = [event for event in events if isinstance(event, ev.StepWaiting) and event.code == "rate_limited"]
        if len(found) >= waiting and mine.CALLS["moody"] >= 3:
            return found
        assert time.monotonic() < end, events
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("graph", [BY_NAME, BY_CAPABILITY, BY_INTENT], ids=["name", "capability", "intent"])
@pytest.mark.parametrize("version", ["", "1.0.0"], ids=["agent", "version"])
async def test_a_limit_holds_however_a_step_comes_to_the_agent(lab: Lab, graph: Graph, version: str) -> None:  # noqa: F811
    mine.CALLS.clear()
    await lab.start_node([mine.MOODY])
    lab.start_engine()
    three_in_all(version)
    run_ids = await lab.start(graph, count=5)
    waiting = await told(lab, run_ids, 2)
    assert "moody takes 0.001 calls a second (policy few)" in waiting[0].message
    assert mine.CALLS["moody"] == 3
    use(number=2)
    assert {row.status for row in await lab.ended(*run_ids)} == {"completed"}
    assert mine.CALLS["moody"] == 5


async def test_an_agent_without_a_token_is_passed_over_while_another_has_the_capability(lab: Lab) -> None:  # noqa: F811
    mine.CALLS.clear()
    helper = msgspec.structs.replace(mine.CALM, capabilities=("calm", "moody"))
    await lab.start_node([mine.MOODY, helper])
    lab.start_engine()
    use(Policy("none", "rate_limit", Match(agent="moody"), {"per": "agent", "rate": 0.001, "burst": 1}))
    run_ids = await lab.start(BY_CAPABILITY, count=30)
    assert {row.status for row in await lab.ended(*run_ids)} == {"completed"}
    assert mine.CALLS["moody"] <= 1
    assert mine.CALLS["calm"] >= 29


async def test_every_attempt_takes_a_token(lab: Lab) -> None:  # noqa: F811
    mine.CALLS.clear()
    await lab.start_node([mine.MOODY])
    lab.start_engine()
    three_in_all()
    again = RetryPolicy(attempts=5, initial_s=0.01, jitter=0)
    run_ids = await lab.start(line(agent("say", "moody", input={"fails": True}, retry=again)))
    await told(lab, run_ids, 1)
    assert mine.CALLS["moody"] == 3
    use(number=2)
    await lab.ended(*run_ids)
    assert mine.CALLS["moody"] == 5


async def test_workers_share_the_tokens(lab: Lab) -> None:  # noqa: F811
    mine.CALLS.clear()
    await lab.start_node([mine.MOODY])
    three_in_all()
    for _ in range(2):
        lab.start_engine(max_runs=4)
    run_ids = await lab.start(BY_CAPABILITY, count=8)
    await told(lab, run_ids, 5)
    assert mine.CALLS["moody"] == 3
    workers = {event.worker for run_id in run_ids for event in lab.events(run_id) if isinstance(event, ev.RunStarted)}
    assert len(workers) == 2
    use(number=2)
    assert {row.status for row in await lab.ended(*run_ids)} == {"completed"}


async def test_nothing_is_asked_where_no_agent_is_limited(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    asked: list[str] = []

    async def take(_: AsyncBuckets, name: str, **__: float) -> Taken:
        asked.append(name)
        return Taken(0.0, 1)

    monkeypatch.setattr(AsyncBuckets, "take", take)
    use(
        Policy("others", "rate_limit", Match(agent="echo"), {"per": "agent", "rate": 1, "burst": 1}),
        Policy("people", "rate_limit", Match(), {"per": "user", "rate": 1, "burst": 1}),
    )
    await lab.start_node([mine.MOODY])
    lab.start_engine()
    await lab.ended(*await lab.start(BY_CAPABILITY, count=3), *await lab.start(BY_NAME, count=3))
    assert asked == []


async def test_a_policy_says_how_many_runs_a_worker_holds_and_may_change_that(lab: Lab) -> None:  # noqa: F811
    await lab.start_node()
    use(Policy("small", "admission", Match(), {"max_runs": 2}))
    engine = lab.start_engine(max_runs=100)
    run_ids = await lab.start(line(agent("slow", "counted", input={"seconds": 30, "trace": "/dev/null"})), count=5)
    await until(lambda: engine.held == 2)
    use(number=2)
    await until(lambda: engine.held == 5)
    assert engine.held == len(run_ids)
