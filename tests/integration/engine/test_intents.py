"""Goals that are put out to bid: agents bid, the best bid gets the call."""

from typing import Any

import msgspec
import pytest

from agentcluster import subjects
from agentcluster.envelope import Message, SchemaRef
from agentcluster.messaging import Received
from agents.cluster.protocol import BIDS, INTENTS
from agents.domain.intents import Bid, Bids
from agents.domain.manifest import Manifest
from agents.node.node import Node, profile
from designer.domain import events as ev
from designer.domain.graph import IntentNode, OnError, RetryPolicy
from tests.agents.manifests import manifest
from tests.integration.engine.lab import Lab, line

CHEAP = manifest("echo", capabilities=("add-up",), cost=1.0)
DEAR = manifest("counted", capabilities=("add-up", "count"), cost=9.0)


def intent(**fields: Any) -> IntentNode:
    return IntentNode(**{"id": "ask", "goal": "Add it up", "capabilities": ("add-up",), **fields})


@pytest.fixture
async def engine(lab: Lab) -> Lab:
    lab.start_engine()
    return lab


async def host(lab: Lab, manifests: list[Manifest], region: str) -> Node:
    node = Node(lab.bus, lab.writer, profile(f"lab-{len(lab.nodes)}", region), manifests)
    await node.start()
    lab.nodes.append(node)
    return node


async def test_the_best_bid_gets_the_call(engine: Lab) -> None:
    await engine.start_node([CHEAP, DEAR])
    (run_id,) = await engine.start(line(intent(input={"n": 1}), output={"n": "${ steps.ask.input.n }"}))
    (run,) = await engine.ended(run_id)
    assert (run.status, run.output) == ("completed", {"n": 1}), run.error
    started = await engine.seen(run_id, ev.StepStarted)
    assert (started.agent, started.version) == ("echo", "1.2.0")


async def test_the_auction_ends_when_every_node_has_answered(engine: Lab) -> None:
    await engine.start_node([CHEAP])
    await engine.start_node([DEAR])
    (warm,) = await engine.start(line(intent(input={}, bid_window_s=10.0)))
    (run,) = await engine.ended(warm, timeout_s=8)
    assert run.status == "completed"


async def test_constraints_decide_who_may_bid(engine: Lab) -> None:
    await host(engine, [CHEAP], "us")
    await host(engine, [manifest("sleeper", capabilities=("add-up",), cost=5.0)], "eu")
    (run_id,) = await engine.start(line(intent(input={"seconds": 0}, constraints={"region": "eu", "max_cost": 5})))
    (run,) = await engine.ended(run_id)
    assert run.status == "completed", run.error
    assert (await engine.seen(run_id, ev.StepStarted)).agent == "sleeper"


async def test_no_bid_is_a_failure_that_is_tried_again_and_says_who_was_asked(engine: Lab) -> None:
    await engine.start_node([CHEAP])
    policy = RetryPolicy(attempts=2, initial_s=0.05)
    (run_id,) = await engine.start(line(intent(capabilities=("fly",), bid_window_s=0.2, retry=policy)))
    (run,) = await engine.ended(run_id)
    assert run.status == "failed"
    assert run.error["code"] == "no_bid"
    failures = [event for event in engine.events(run_id) if isinstance(event, ev.StepFailed)]
    assert [bool(failure.retry_at) for failure in failures] == [True, False]
    assert "with fly bid" in failures[0].error.message
    assert failures[0].error.data == {"asked": 1, "answered": 1}


async def test_a_bidder_that_comes_later_serves_the_next_try(engine: Lab) -> None:
    policy = RetryPolicy(attempts=20, initial_s=0.2, backoff=1.0)
    (run_id,) = await engine.start(line(intent(bid_window_s=0.1, retry=policy)))
    await engine.seen(run_id, ev.StepFailed)
    await engine.start_node([CHEAP])
    (run,) = await engine.ended(run_id)
    assert run.status == "completed", run.error


async def test_an_output_that_does_not_meet_the_criteria_fails_the_attempt(engine: Lab) -> None:
    await engine.start_node([CHEAP])
    wants = {"type": "object", "required": ["total"]}
    node = intent(input={"n": 1}, success_criteria=wants, retry=RetryPolicy(attempts=2, initial_s=0.05))
    (run_id,) = await engine.start(line(node))
    (run,) = await engine.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", "criteria_not_met")
    assert sum(isinstance(event, ev.StepStarted) for event in engine.events(run_id)) == 2
    met = intent(input={"n": 1}, success_criteria={"type": "object", "required": ["input"]})
    (run_id,) = await engine.start(line(met))
    (run,) = await engine.ended(run_id)
    assert run.status == "completed", run.error


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"constraints": {"region": 5}}, "bad_constraints"),
        ({"constraints": {"colour": "red"}}, "bad_constraints"),
        ({"success_criteria": {"type": "colour"}}, "bad_criteria"),
        ({"success_criteria": {"description": "x" * 20_000}}, "intent_too_large"),
        ({"goal": "x" * 5000}, "intent_too_large"),
        ({"capabilities": tuple(f"c{number}" for number in range(40))}, "intent_too_large"),
    ],
)
async def test_an_intent_that_cannot_be_put_out_fails_with_its_reason(
    engine: Lab, fields: dict[str, Any], code: str
) -> None:
    (run_id,) = await engine.start(line(intent(**fields, on_error=OnError("fail"))))
    (run,) = await engine.ended(run_id)
    assert (run.status, run.error["code"]) == ("failed", code), run.error


async def test_false_late_and_spoilt_bids_are_passed_over(engine: Lab) -> None:
    """Somebody on the bus answers every intent with rubbish, first and last."""
    node = await engine.start_node([CHEAP])
    true = f"echo-{node.profile.node_id}"
    subjects_seen: list[str] = []

    def rubbish(message: Received) -> None:
        asked = INTENTS.decode(message.data)
        subjects_seen.append(message.reply)
        wrong = [
            Bid("echo", "1.2.0", "nobody-there", 1.0),
            Bid("counted", "1.2.0", true, 1.0),
            Bid("echo", "9.9.9", true, 1.0),
            Bid("echo", "1.2.0", true, 5.0),
            Bid("echo", "1.2.0", true, 1.0, load=-1.0),
        ]
        said = Bids(asked.payload.intent_id, "evil", tuple(wrong))
        others = Bids("another/call/1", node.profile.node_id, (Bid("echo", "1.2.0", true, 1.0),))
        envelope = Message(asked.trace_id, 0, SchemaRef("intent.bids.v1", "2.0.0"), said)
        for data in (b"", b"\x00\xff", b"{", b'{"payload": null}', b"[" * 5000, msgspec.json.encode(envelope)):
            engine.bus.send(message.reply, data)
        engine.bus.send(message.reply, BIDS.encode(said, asked.trace_id))
        engine.bus.send(message.reply, BIDS.encode(others, asked.trace_id))

    await engine.bus.subscribe(subjects.INTENT_REQUEST, rubbish)
    run_ids = await engine.start(line(intent(input={"n": 1})), count=5)
    for run in await engine.ended(*run_ids):
        assert run.status == "completed", run.error
    for subject in subjects_seen:
        engine.bus.send(subject, BIDS.encode(Bids(run_ids[0], "late"), "0" * 32))
    (run_id,) = await engine.start(line(intent(input={"n": 2})))
    assert (await engine.ended(run_id))[0].status == "completed"


async def test_a_node_passes_over_intents_it_cannot_read(engine: Lab) -> None:
    await engine.start_node([CHEAP])
    for data in (b"", b"\xff", b"{}", b"[" * 5000, b"x" * 100_000):
        engine.bus.send(subjects.INTENT_REQUEST, data, "engine.nobody.bids.v1.1")
    (run_id,) = await engine.start(line(intent(input={"n": 1})))
    assert (await engine.ended(run_id))[0].status == "completed"
