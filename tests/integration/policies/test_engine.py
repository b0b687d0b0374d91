"""What policies do to steps: calls in their turn, retries nobody wrote into the workflow."""

import time

import pytest

from agents.domain.policy import Match, Policy, PolicySet
from agents.policies import live
from designer.domain import events as ev
from designer.domain.graph import RetryPolicy
from tests.integration.engine.conftest import lab, running  # noqa: F401 - fixtures
from tests.integration.engine.lab import Lab, agent, line


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
