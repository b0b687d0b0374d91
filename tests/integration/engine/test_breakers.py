"""An agent that keeps failing is left alone for a while, by all workers; policy may answer in its place."""

import asyncio
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import msgspec
import pytest

from agentcluster.streams import dead_letters, keys
from agentcluster.streams.batch import BatchWriter
from agentcluster.streams.run_log import RunLog
from agents.domain.calls import CallError, CallReply
from agents.domain.policy import Match, Policy, PolicySet
from agents.policies import live
from agents.routing.worker_breakers import Breakers
from designer.domain import events as ev
from designer.domain.graph import IntentNode, RetryPolicy
from designer.domain.pending import PendingCall
from designer.engine.degrade import Degrading
from tests.integration.engine import routing_agents as mine
from tests.integration.engine.lab import Lab, agent, line

BREAKER = {"min_calls": 4, "error_rate": 0.5, "window_s": 30.0, "open_s": 1.0, "half_open_calls": 2}
CALL = line(agent("a", "moody", input={"n": "${ input.n }"}), output={"got": "${ steps.a }"})

Decide = Callable[..., None]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def decide() -> Iterator[Decide]:
    """Put policies for `moody` in force: kind = spec."""
    mine.MOOD.clear()
    mine.CALLS.clear()

    def put(**specs: dict[str, Any]) -> None:
        match = Match(agent="moody")
        policies = tuple(Policy(kind, kind, match, spec) for kind, spec in specs.items())  # type: ignore[arg-type]
        live.replace(PolicySet(live.current().number + 1, policies))

    put(circuit_breaker=BREAKER)
    yield put
    put()


async def open_it(lab: Lab) -> None:
    await lab.start_node([mine.MOODY, mine.CALM])
    lab.start_engine()
    mine.MOOD["fails"] = True
    runs = await lab.start(CALL, {"n": 0}, count=4)
    await lab.ended(*runs)
    await until(lambda: b"moody@1.0.0" in lab.client.hgetall(keys.BREAKERS))
    await asyncio.sleep(0.05)


async def until(holds: Callable[[], Any], timeout_s: float = 5.0) -> None:
    end = time.monotonic() + timeout_s
    while not holds():
        assert time.monotonic() < end
        await asyncio.sleep(0.02)


def state(lab: Lab) -> str:
    value = lab.client.hget(keys.BREAKERS, "moody@1.0.0") or b"0 {}"
    return str(msgspec.json.decode(value.partition(b" ")[2]).get("state", "closed"))


async def test_it_opens_refuses_tries_again_and_closes(lab: Lab) -> None:
    await open_it(lab)
    assert state(lab) == "open"
    called = mine.CALLS["moody"]
    (refused,) = await lab.ended(*await lab.start(CALL, {"n": 1}))
    assert (refused.status, refused.error["code"]) == ("failed", "breaker_open")
    assert "moody@1.0.0 is open since" in refused.error["message"]
    assert mine.CALLS["moody"] == called
    mine.MOOD["fails"] = False
    await asyncio.sleep(1.1)
    rows = []
    for number in range(2):
        rows += await lab.ended(*await lab.start(CALL, {"n": number}))
    assert [row.status for row in rows] == ["completed", "completed"]
    await until(lambda: state(lab) == "closed")
    changes = [fields[b"v"].partition(b" ")[2] for _, fields in lab.client.xrange(keys.BREAKER_CHANGES)]
    assert [msgspec.json.decode(each).get("state", "closed") for each in changes] == ["open", "half_open", "closed"]


async def test_a_failed_try_opens_it_again(lab: Lab) -> None:
    await open_it(lab)
    await asyncio.sleep(1.1)
    (row,) = await lab.ended(*await lab.start(CALL, {"n": 1}))
    assert row.error["code"] == "temporary"
    await until(lambda: state(lab) == "open")
    assert "tried it again failed" in str(lab.client.hget(keys.BREAKERS, "moody@1.0.0"))


async def test_a_step_that_retries_waits_until_it_closes_and_says_why(lab: Lab) -> None:
    await open_it(lab)
    mine.MOOD["fails"] = False
    patient = line(agent("a", "moody", input={}, retry=RetryPolicy(attempts=2, initial_s=0.1, jitter=0)))
    (run,) = await lab.start(patient)
    failed: Any = await lab.seen(run, ev.StepFailed)
    assert failed.error.code == "breaker_open"
    assert failed.retry_at
    (row,) = await lab.ended(run)
    assert row.status == "completed"
    assert not [event for event in lab.events(run) if isinstance(event, ev.StepStarted) and event.attempt == 1]


async def test_what_is_the_callers_own_fault_does_not_open_it(lab: Lab) -> None:
    await lab.start_node([mine.MOODY])
    lab.start_engine()
    mine.MOOD["refuses"] = True
    runs = await lab.start(CALL, {"n": 0}, count=8)
    assert {row.error["code"] for row in await lab.ended(*runs)} == {"cannot_use"}
    assert state(lab) == "closed"


async def test_a_fixed_value_takes_the_place_of_a_refused_call(lab: Lab, decide: Decide) -> None:
    await open_it(lab)
    decide(circuit_breaker=BREAKER, degrade={"answer": "value", "value": {"by": "nobody"}})
    (row,) = await lab.ended(*await lab.start(CALL, {"n": 1}))
    assert (row.status, row.output) == ("completed", {"got": {"by": "nobody"}})
    done: Any = await lab.seen(row.pk, ev.StepCompleted)
    assert (done.degraded, done.error.code) == ("value", "breaker_open")


@pytest.mark.parametrize(
    "step",
    [
        agent("a", "", capability="moody", input={"n": "${ input.n }"}),
        IntentNode(id="a", goal="Be moody", capabilities=("moody",), input={"n": "${ input.n }"}),
    ],
    ids=["capability", "intent"],
)
@pytest.mark.parametrize(
    ("spec", "by", "degraded"),
    [
        ({"answer": "value", "value": {"by": "nobody"}}, "nobody", "value"),
        ({"answer": "agent", "agent": "calm"}, "calm", "agent"),
        ({"answer": "cached"}, "moody", "cached"),
    ],
    ids=["value", "agent", "cached"],
)
async def test_who_was_refused_by_what_it_can_do_is_answered_for_as_by_its_name(
    lab: Lab, decide: Decide, step: Any, spec: dict[str, Any], by: str, degraded: str
) -> None:
    graph = line(step, output={"got": "${ steps.a }"})
    decide(circuit_breaker=BREAKER, degrade={**spec, "on": ["breaker_open"]})
    await lab.start_node([mine.MOODY, mine.CALM])
    lab.start_engine()
    await lab.ended(*await lab.start(graph, {"n": 1}))
    kept = keys.cache("*")
    await until(lambda: degraded != "cached" or lab.client.keys(kept))
    mine.MOOD["fails"] = True
    await lab.ended(*await lab.start(graph, {"n": 0}, count=6))
    await until(lambda: state(lab) == "open")
    (row,) = await lab.ended(*await lab.start(graph, {"n": 1}))
    assert (row.status, row.output["got"]["by"]) == ("completed", by), row.error
    told = [getattr(event, "degraded", None) for event in lab.events(row.pk)]
    assert (True if degraded == "agent" else degraded) in told


async def test_a_cheaper_agent_takes_the_place_of_a_refused_call(lab: Lab, decide: Decide) -> None:
    await open_it(lab)
    decide(circuit_breaker=BREAKER, degrade={"answer": "agent", "agent": "calm"})
    (row,) = await lab.ended(*await lab.start(CALL, {"n": 1}))
    assert (row.status, row.output) == ("completed", {"got": {"by": "calm"}})
    started: Any = await lab.seen(row.pk, ev.StepStarted)
    assert (started.agent, started.degraded) == ("calm", True)


async def test_an_earlier_answer_takes_the_place_of_a_failed_call(lab: Lab, decide: Decide) -> None:
    decide(degrade={"answer": "cached", "on": ["*"]})
    await lab.start_node([mine.MOODY])
    lab.start_engine()
    (good,) = await lab.ended(*await lab.start(CALL, {"n": 7}))
    await asyncio.sleep(0.2)
    mine.MOOD["fails"] = True
    same, other = await lab.ended(*await lab.start(CALL, {"n": 7}), *await lab.start(CALL, {"n": 8}))
    assert (same.status, same.output) == ("completed", good.output)
    done: Any = await lab.seen(same.pk, ev.StepCompleted)
    assert (done.degraded, done.error.code) == ("cached", "temporary")
    assert (other.status, other.error["code"]) == ("failed", "temporary")


async def test_later_lets_the_step_wait_and_say_why(lab: Lab, decide: Decide) -> None:
    await open_it(lab)
    decide(circuit_breaker=BREAKER, degrade={"answer": "later"})
    mine.MOOD["fails"] = False
    (run,) = await lab.start(CALL, {"n": 1})
    waiting: Any = await lab.seen(run, ev.StepWaiting)
    assert waiting.code == "breaker_open"
    assert "next try at" in waiting.message.lower()
    (row,) = await lab.ended(run)
    assert row.status == "completed"


async def test_a_step_that_waits_for_later_is_woken_once_however_often_it_is_looked_at(
    redis_url: str, decide: Decide
) -> None:
    decide(circuit_breaker=BREAKER, degrade={"answer": "later"})
    writer, woken = BatchWriter(redis_url), []

    class Waits:
        def wake(self) -> None:
            woken.append(time.monotonic())

    degrading = Degrading(RunLog(writer))
    call = PendingCall("a", "moody", "", 1, "r/a/1", "r/a", {}, None, 0)
    for pause_ms in (40, 60, 80):
        degrading.refused(call, CallError("breaker_open", "…", data={"retry_after_ms": pause_ms}), Waits(), "w")
    await asyncio.sleep(0.15)
    assert len(woken) == 1
    degrading.refused(call, CallError("breaker_open", "…", data={"retry_after_ms": 10}), Waits(), "w")
    degrading.withdraw("r/a/1")
    await asyncio.sleep(0.05)
    assert len(woken) == 1
    await degrading.stop()
    await writer.close()


async def test_two_workers_agree_and_one_sends_the_probes(redis_url: str) -> None:
    writers = [BatchWriter(redis_url) for _ in range(2)]
    one, two = (Breakers(RunLog(writer), f"w{number}") for number, writer in enumerate(writers))
    loops = [asyncio.create_task(each.run()) for each in (one, two)]
    bad = CallReply("r/s/1", "error", error=CallError("agent_error", "…"), received_ms=1, finished_ms=2)
    for _ in range(4):
        one.record("moody", "1.0.0", "i", bad)
    begun = time.monotonic()
    await until(lambda: not two.allows("moody", "1.0.0"))
    assert time.monotonic() - begun < 1.0
    await until(lambda: bool(two.troubled) and two._known["moody", "1.0.0"].due(time.monotonic()))
    assert two.ask("moody", "1.0.0")
    await until(lambda: two.allows("moody", "1.0.0"))
    await asyncio.sleep(0.7)
    assert not one.allows("moody", "1.0.0")
    good = CallReply("r/s/2", "ok", received_ms=1, finished_ms=2)
    for _ in range(2):
        two.begin("moody", "1.0.0")
        two.record("moody", "1.0.0", "i", good)
    await until(lambda: one.allows("moody", "1.0.0") and not one.troubled)
    for loop in loops:
        loop.cancel()
    await asyncio.gather(*loops, return_exceptions=True)
    for writer in writers:
        await writer.close()


async def test_later_tries_again_after_other_errors_until_it_works(lab: Lab, decide: Decide) -> None:
    decide(
        circuit_breaker={**BREAKER, "min_calls": 1000, "open_s": 0.2}, degrade={"answer": "later", "on": ["temporary"]}
    )
    await lab.start_node([mine.MOODY])
    lab.start_engine()
    mine.MOOD["fails"] = True
    (run,) = await lab.start(CALL, {"n": 1})
    await until(lambda: mine.CALLS["moody"] >= 4)
    why = (await lab.row(run)).status
    mine.MOOD["fails"] = False
    (row,) = await lab.ended(run)
    assert (why, row.status) == ("running", "completed")
    failed = [event for event in lab.events(run) if isinstance(event, ev.StepFailed)]
    assert len(failed) >= 4
    assert {(event.error.code, event.degraded) for event in failed} == {("temporary", "later")}
    gaps = [event.retry_at for event in failed]
    assert all(later - earlier >= 200 for earlier, later in pairwise(gaps)), gaps
    # What policy took care of is no dead letter, however often it was tried.
    assert dead_letters.read(lab.client, "moody") == []


async def test_later_waits_for_a_breaker_that_its_own_attempts_have_opened(lab: Lab, decide: Decide) -> None:
    decide(circuit_breaker={**BREAKER, "open_s": 0.5}, degrade={"answer": "later", "on": ["*"]})
    await lab.start_node([mine.MOODY])
    lab.start_engine()
    mine.MOOD["fails"] = True
    runs = await lab.start(CALL, {"n": 1}, count=4)
    await until(lambda: state(lab) == "open")
    mine.MOOD["fails"] = False
    assert {row.status for row in await lab.ended(*runs)} == {"completed"}
    await until(lambda: state(lab) == "closed")


async def test_later_is_not_for_what_it_does_not_name(lab: Lab, decide: Decide) -> None:
    decide(degrade={"answer": "later", "on": ["temporary"]})
    await lab.start_node([mine.MOODY])
    lab.start_engine()
    mine.MOOD["refuses"] = True
    (row,) = await lab.ended(*await lab.start(CALL, {"n": 1}))
    assert (row.status, row.error["code"]) == ("failed", "cannot_use")
