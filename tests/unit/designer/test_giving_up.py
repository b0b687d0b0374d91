"""When a task is tried no more: poison after three crashes, a breaker that stays open; and what policy gives then."""

from typing import Any

import pytest

from agents.domain.calls import CallError, CallReply
from designer.domain import events as ev
from designer.domain.degrading import MAX_LATER, Instead
from designer.domain.graph import AgentNode, Edge, EndNode, Graph, RetryPolicy, StartNode
from designer.domain.pending import PendingCall
from designer.domain.plan import compile_plan
from designer.domain.run import Run

OPEN = CallError("breaker_open", "The breaker is open.", retryable=True, data={"retry_after_ms": 4000})


def started(**more: Any) -> Run:
    step = AgentNode(id="a", agent="parse", **more)
    graph = Graph((StartNode(id="start"), step, EndNode(id="end")), (Edge("start", "a"), Edge("a", "end")))
    run = Run(compile_plan(graph))
    run.apply(ev.RunStarted("r", "w", "v", {}), 1)
    run.advance(1)
    return run


def sent(run: Run, now: int) -> PendingCall:
    (call,) = run.pending_calls(now)
    run.dispatch(call, "i", "n", "1.0.0", now)
    return call


def failed(run: Run, code: str, now: int, instead: Instead | None = None, *, retryable: bool = True) -> Any:
    call = sent(run, now)
    reply = CallReply(call.call_id, "error", error=CallError(code, "…", retryable=retryable))
    return run.reply("a", reply, now, instead)[0]


def test_an_input_that_breaks_three_instances_is_given_to_no_fourth() -> None:
    run, now = started(), 1
    for _ in range(2):
        event = failed(run, "worker_crashed", now)
        assert event.retry_at
        now = event.retry_at
    assert failed(run, "worker_crashed", now).retry_at == 0
    assert run.steps["a"].deliveries == 3


def test_a_lost_node_is_nobodys_fault_more_often_than_that() -> None:
    run, now = started(), 1
    for _ in range(5):
        event = failed(run, "node_lost", now)
        now = event.retry_at
        assert now


def test_a_refused_call_uses_up_no_attempt_where_the_step_retries() -> None:
    run = started(retry=RetryPolicy(attempts=2, initial_s=0.1, jitter=0, on=("temporary",)))
    now = 1
    for _ in range(20):
        (call,) = run.pending_calls(now)
        (event,) = run.refuse(call, OPEN, now)
        assert isinstance(event, ev.StepFailed)
        assert event.retry_at == now + 4000
        now = event.retry_at
    (call,) = run.pending_calls(now)
    (event,) = run.refuse(call, OPEN, now)
    assert isinstance(event, ev.StepFailed)
    assert event.retry_at == 0, "not for ever"


def test_without_retries_it_fails_at_once() -> None:
    run = started()
    (call,) = run.pending_calls(1)
    (event,) = run.refuse(call, OPEN, 1)
    assert isinstance(event, ev.StepFailed)
    assert event.retry_at == 0


@pytest.mark.parametrize("answer", ["value", "cached"])
def test_policy_answers_only_in_the_place_of_the_last_error(answer: Any) -> None:
    run, instead = started(retry=RetryPolicy(attempts=2, initial_s=0.1, jitter=0)), Instead(answer, {"n": 1})
    first = failed(run, "temporary", 1, instead)
    assert isinstance(first, ev.StepFailed)
    last = failed(run, "temporary", first.retry_at, instead)
    assert isinstance(last, ev.StepCompleted)
    assert (last.output, last.degraded, last.error.code if last.error else "") == ({"n": 1}, answer, "temporary")


def test_another_agent_is_asked_once() -> None:
    run, instead = started(), Instead("agent", agent="simple", version="2.0.0")
    first = failed(run, "temporary", 1, instead)
    assert (first.degraded, first.fallback, first.retry_at) == ("agent", "simple@2.0.0", 1)
    (call,) = run.pending_calls(1)
    assert (call.agent, call.version, call.degraded) == ("simple", "2.0.0", True)
    last = failed(run, "temporary", 1, instead)
    assert (last.degraded, last.retry_at) == ("", 0)


def test_later_is_another_attempt_later() -> None:
    run = started()
    event = failed(run, "temporary", 1, Instead("later", after_ms=5000))
    assert (event.degraded, event.retry_at) == ("later", 5001)
    assert run.pending_calls(5000) == []
    assert len(run.pending_calls(5001)) == 1


@pytest.mark.parametrize("code", ["node_lost", "worker_crashed", "breaker_open"])
def test_the_other_agent_stays_asked_when_that_goes_wrong_for_reasons_of_its_hosts(code: str) -> None:
    retry = RetryPolicy(attempts=2, initial_s=0.1, jitter=0)
    run, instead = started(retry=retry), Instead("agent", agent="simple", version="2.0.0")
    again = failed(run, "temporary", 1)
    first = failed(run, "temporary", again.retry_at, instead)
    assert first.degraded == "agent"
    (call,) = run.pending_calls(first.retry_at)
    if code == "breaker_open":
        (second,) = run.refuse(call, OPEN, first.retry_at)
    else:
        second = failed(run, code, first.retry_at)
    assert isinstance(second, ev.StepFailed)
    assert (second.degraded, second.fallback) == ("", "simple@2.0.0")
    assert second.retry_at
    (call,) = run.pending_calls(second.retry_at)
    assert (call.agent, call.version, call.degraded) == ("simple", "2.0.0", True)
    last = failed(run, "temporary", second.retry_at, instead)
    assert (last.retry_at, last.fallback) == (0, "")


def test_later_after_the_other_agent_is_that_agent_again() -> None:
    run = started()
    first = failed(run, "temporary", 1, Instead("agent", agent="simple"))
    second = failed(run, "temporary", first.retry_at, Instead("later", after_ms=5000))
    assert (second.degraded, second.fallback) == ("later", "simple")
    (call,) = run.pending_calls(second.retry_at)
    assert call.agent == "simple"


def test_a_log_from_before_that_says_of_no_other_agent_is_read_as_it_was_meant() -> None:
    run = started()
    failed(run, "temporary", 1, Instead("agent", agent="simple"))
    sent(run, 1)
    run.apply(ev.StepFailed("a", CallError("node_lost", "…"), 2, retry_at=5), 2)
    (call,) = run.pending_calls(5)
    assert (call.agent, call.degraded) == ("parse", False)


def test_later_is_not_for_ever() -> None:
    run, later = started(), Instead("later", after_ms=1)
    assert failed(run, "temporary", 1, later).retry_at
    run.steps["a"].attempt = MAX_LATER - 1
    last = failed(run, "temporary", 2, later)
    assert (last.attempt, last.degraded, last.retry_at) == (MAX_LATER, "", 0)
    assert run.steps["a"].status == "failed"
