"""The weights of deployments, as they stand in NATS, share out the calls that name no version."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from agents.cluster.placement import placement_bucket
from agents.domain.placement import Deployment, wanted_key
from agents.domain.policy import Match, Policy, PolicySet
from agents.policies import live
from designer.domain import events as ev
from designer.domain.graph import Graph, IntentNode
from tests.integration.engine import routing_agents as mine
from tests.integration.engine.lab import Lab, agent, line
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)
NEWER = msgspec.structs.replace(mine.CALM, version="2.0.0")
IDENTITY = "agent://sha256:" + "2" * 64
CALL = line(agent("a", "calm", input={}))
CALLS = {
    "name": CALL,
    "capability": line(agent("a", "", capability="calm", input={})),
    "intent": line(IntentNode(id="a", goal="Be calm", capabilities=("calm",), input={})),
}


@pytest.fixture
async def weighted(lab: Lab) -> AsyncIterator[Lab]:
    await lab.start_node([mine.CALM])
    await lab.start_node([NEWER])
    lab.start_engine()
    yield lab
    await placement_bucket(lab.bus).delete(wanted_key("calm", IDENTITY))


async def weigh(lab: Lab, value: bytes) -> None:
    """Put what stands for the deployment of the newer version."""
    await placement_bucket(lab.bus).put(wanted_key("calm", IDENTITY), value)


async def weights_are(lab: Lab, expected: dict[str, int]) -> None:
    """Wait until the engine has heard of the agent's; other tests may have left those of other agents."""
    engine: Any = lab.engines[0][0]
    await until(lambda: hasattr(engine, "_parts"))
    await until(lambda: engine._parts.dispatcher._weights.by_agent.get("calm", {}) == expected)


def deployment(weight: int) -> bytes:
    return msgspec.json.encode(Deployment("calm", "2.0.0", IDENTITY, 0, weight=weight))


async def versions(lab: Lab, count: int, call: Graph = CALL) -> Counter[str]:
    runs = await lab.start(call, count=count)
    assert [row.error for row in await lab.ended(*runs)] == [None] * count
    events = [event for run in runs for event in lab.events(run) if isinstance(event, ev.StepStarted)]
    return Counter(event.version for event in events)


@pytest.mark.parametrize("by", CALLS)
async def test_the_newer_version_gets_its_share_from_the_moment_it_is_told(weighted: Lab, by: str) -> None:
    call = CALLS[by]
    if by != "intent":
        assert await versions(weighted, 5, call) == {"2.0.0": 5}
    await weigh(weighted, deployment(30))
    await weights_are(weighted, {"2.0.0": 30})
    shared = await versions(weighted, 60, call)
    # 18 on average; fewer than 4 or more than 34 is less likely than one in a hundred thousand.
    assert 4 <= shared["2.0.0"] <= 34, shared
    await weigh(weighted, deployment(0))
    await weights_are(weighted, {"2.0.0": 0})
    assert await versions(weighted, 5, call) == {"1.0.0": 5}


@pytest.mark.parametrize("by", CALLS)
async def test_the_shares_of_policy_hold_however_the_call_comes_to_the_agent(weighted: Lab, by: str) -> None:
    before = live.current()
    spec = {"version_weights": {"1.0.0": 100, "2.0.0": 0}}
    live.replace(PolicySet(before.number + 1, (Policy("old", "routing", Match(agent="calm"), spec),)))
    try:
        assert await versions(weighted, 5, CALLS[by]) == {"1.0.0": 5}
    finally:
        live.replace(PolicySet(before.number + 2, before.policies))


async def test_a_weight_that_cannot_be_read_changes_nothing_else(weighted: Lab) -> None:
    await weigh(weighted, deployment(0))
    await weights_are(weighted, {"2.0.0": 0})
    await weigh(weighted, b'{"weight": "much"}')
    await weights_are(weighted, {})
    assert await versions(weighted, 3) == {"2.0.0": 3}
    await placement_bucket(weighted.bus).delete(wanted_key("calm", IDENTITY))
    await weigh(weighted, deployment(0))
    await weights_are(weighted, {"2.0.0": 0})
    assert await versions(weighted, 3) == {"1.0.0": 3}
