"""What nodes that were away see of an intent, who learns of the award, and what the run's log tells of the bids."""

import asyncio

import nats
import pytest

from agentcluster import subjects
from agentcluster.ids import new_trace_id
from agentcluster.messaging import Received
from agents.cluster.protocol import AWARDS, BIDS, INTENTS
from agents.domain.intents import IntentAward, IntentRequest
from agents.node.node import Node, profile
from designer.domain import events as ev
from designer.domain.graph import OnError
from tests.agents.manifests import manifest
from tests.integration.engine.lab import Lab, line
from tests.integration.engine.test_intents import CHEAP, DEAR, intent
from tests.waiting import until


@pytest.fixture
async def engine(lab: Lab) -> Lab:
    lab.start_engine()
    return lab


async def test_the_log_tells_who_bid_what_and_everybody_learns_who_won(engine: Lab) -> None:
    awards: list[IntentAward] = []
    await engine.bus.subscribe(
        subjects.INTENT_AWARD, lambda message: awards.append(AWARDS.decode(message.data).payload)
    )
    cheap, dear = await engine.start_node([CHEAP]), await engine.start_node([DEAR])
    (run_id,) = await engine.start(line(intent(input={"n": 1}, bid_window_s=2.0)))
    (run,) = await engine.ended(run_id)
    assert run.status == "completed", run.error
    started = await engine.seen(run_id, ev.StepStarted)
    bidding = started.bidding
    assert bidding is not None
    assert (bidding.answered, bidding.bids, bidding.rounds) == (2, 2, 1)
    assert bidding.asked >= 2, "a node that a test before has killed may still be in sight"
    first, second = bidding.best
    assert (first.instance, first.node, first.cost) == (started.instance, cheap.profile.node_id, 1.0)
    assert (second.agent, second.node, second.cost) == ("counted", dear.profile.node_id, 9.0)
    assert first.score == pytest.approx(0.4 + 0.3 + 0.2 + 0.1 * (1 - 1 / 9), abs=1e-3)
    assert second.score == pytest.approx(0.4 + 0.3 + 0.2, abs=1e-3)
    assert [(award.instance, award.round, award.score) for award in awards] == [(first.instance, 1, first.score)]
    await until(lambda: (cheap.agents[0].stats.bids_won, dear.agents[0].stats.bids) == (1, 1))
    assert dear.agents[0].stats.bids_won == 0


async def test_a_step_that_was_not_put_out_to_bid_tells_of_none(engine: Lab) -> None:
    from tests.integration.engine.lab import agent

    await engine.start_node([CHEAP])
    (run_id,) = await engine.start(line(agent("a", "echo", input={})))
    await engine.ended(run_id)
    assert (await engine.seen(run_id, ev.StepStarted)).bidding is None


async def test_a_node_that_comes_while_the_window_is_open_still_bids(engine: Lab) -> None:
    await engine.start_node([manifest("sleeper", capabilities=("other",))])
    (run_id,) = await engine.start(line(intent(input={"n": 1}, bid_window_s=5.0, on_error=OnError("fail"))))
    silent = asyncio.Event()
    await engine.bus.subscribe(subjects.INTENT_REQUEST, lambda _: silent.set())
    # The node that is there answers at once, and would end the auction: one that never answers keeps it open.
    mute = Node(engine.bus, engine.writer, profile("mute"), [manifest("stubborn", capabilities=("other",))])
    mute._bidding.start = _nothing  # type: ignore[method-assign]
    mute._bidding.stop = _nothing  # type: ignore[method-assign]
    await mute.start()
    engine.nodes.append(mute)
    (second,) = await engine.start(line(intent(input={"n": 2}, bid_window_s=5.0, on_error=OnError("fail"))))
    await asyncio.wait_for(silent.wait(), 10)
    await asyncio.sleep(1)
    await engine.start_node([CHEAP])
    (run,) = await engine.ended(second)
    assert run.status == "completed", run.error
    await engine.ended(run_id)


async def _nothing() -> None:
    """Neither hear nor say anything of intents."""


async def test_the_stream_is_made_again_when_it_is_gone(engine: Lab) -> None:
    await engine.start_node([CHEAP])
    client = await nats.connect(engine.nats_url)
    context = client.jetstream()
    await until(lambda: True)
    info = await context.stream_info(subjects.INTENTS_STREAM)
    assert (info.config.storage, info.config.max_age) == ("memory", 60.0)
    assert info.config.max_msgs == 10_000
    await context.delete_stream(subjects.INTENTS_STREAM)
    run_ids = await engine.start(line(intent(input={"n": 1}, capabilities=("fly",), bid_window_s=0.2)))
    (run,) = await engine.ended(*run_ids)
    assert run.error["code"] == "no_bid"
    assert (await context.stream_info(subjects.INTENTS_STREAM)).state.messages >= 1
    await client.close()


async def test_without_jetstream_bids_are_taken_all_the_same(engine: Lab) -> None:
    """The stream cannot take the request (somebody sealed it); core NATS still brings it to everybody."""
    await engine.start_node([CHEAP])
    client = await nats.connect(engine.nats_url)
    await client.jetstream().delete_stream(subjects.INTENTS_STREAM)
    (run_id,) = await engine.start(line(intent(input={"n": 1})))
    (run,) = await engine.ended(run_id)
    assert run.status == "completed", run.error
    await client.close()


async def test_a_request_past_its_window_is_not_answered(engine: Lab) -> None:
    answers: list[Received] = []
    await engine.bus.subscribe("test.bids", answers.append)
    node = await engine.start_node([CHEAP])
    request = IntentRequest("some/call/1", "Add it up", ("add-up",), window_ms=500, reply="test.bids")
    data = INTENTS.encode(request, new_trace_id())
    node._bidding._on_request(data, "", 2400)
    node._bidding._on_request(data, "", 2600)
    await until(lambda: answers)
    await asyncio.sleep(0.2)
    assert len(answers) == 1
    assert BIDS.decode(answers[0].data).payload.bids[0].agent == "echo"
    assert b'"task_goal":"Add it up"' in data
