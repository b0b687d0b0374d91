"""Compensation handlers are tried again, also those that set no retry; logs of runs begun before that read as they did."""

import msgspec
import pytest

from agents.domain.calls import CallError, CallReply
from designer.domain import events as ev
from designer.domain.fork import forked
from designer.domain.graph import RetryPolicy
from designer.domain.plan import compile_plan
from designer.domain.run import Run
from tests.unit.designer.play import Player, agent, graph, start

BUSY = CallError("busy", "Come again.", retryable=True)
BAD = CallError("bad_input", "That cannot be done.")


def saga(busy: int, retry_of=None, **undo) -> Player:
    """A step that is undone because the next one fails; its handler's agent is busy so many times."""
    left = iter([BUSY] * busy)

    def answer(call):
        return BAD if call.agent == "ship" else next(left, {}) if call.agent == "release" else {}

    nodes = start(), agent("reserve"), agent("ship"), agent("release", **undo)
    played = Player(graph(*nodes, edges="start>reserve reserve>ship reserve:compensate>release"), answer=answer)
    if retry_of is not None:
        first = played.log[0][1]
        played.run = Run(played.plan, retry_of)
        played.run.apply(first, played.now)
    return played.play()


def attempts(played: Player, step: str = "release") -> int:
    return sum(isinstance(event, ev.StepStarted) and event.step == step for _, event in played.log)


def pauses(played: Player) -> list[int]:
    """The pauses before each further attempt, in whole seconds."""
    failed = [(at, event) for at, event in played.log if isinstance(event, ev.StepFailed) and event.step == "release"]
    return [round((event.retry_at - at) / 1000) for at, event in failed if event.retry_at]


def test_a_handler_whose_agent_is_busy_four_times_still_undoes():
    played = saga(busy=4)
    assert (attempts(played), played.run.outcome.compensation) == (5, "done")
    waited = pauses(played)
    assert all(
        abs(pause - wanted) <= max(1, wanted // 10) for pause, wanted in zip(waited, (2, 6, 18, 54), strict=True)
    )


def test_after_five_attempts_it_is_noted_as_not_undone():
    played = saga(busy=9)
    assert (attempts(played), played.run.outcome.compensation) == (5, "incomplete")


def test_an_error_that_no_attempt_can_mend_is_final():
    nodes = start(), agent("reserve"), agent("ship"), agent("release")
    drawn = graph(*nodes, edges="start>reserve reserve>ship reserve:compensate>release")
    played = Player(drawn, answer=lambda call: {} if call.agent == "reserve" else BAD).play()
    assert (attempts(played), played.run.outcome.compensation) == (1, "incomplete")


@pytest.mark.parametrize(("attempts_set", "made"), [(1, 1), (2, 2)])
def test_what_a_handler_sets_itself_counts_one_attempt_too(attempts_set, made):
    assert attempts(saga(busy=9, retry={"attempts": attempts_set})) == made


def test_what_operators_decided_for_its_agent_comes_before_the_default():
    assert attempts(saga(busy=9, retry_of=lambda agent, version: RetryPolicy(attempts=3))) == 3


def test_a_step_that_is_no_handler_has_one_attempt():
    played = Player(graph(start(), agent("a"), edges="start>a"), answer=lambda call: BUSY).play()
    assert attempts(played, "a") == 1


def test_steps_of_a_workflow_that_is_the_handler_are_tried_again():
    inner = compile_plan(graph(start(), agent("release"), edges="start>release"))
    undo = {"kind": "workflow", "id": "undo", "workflow": "w", "version": 1, "version_id": "v9"}
    left = iter([BUSY])
    played = Player(
        graph(
            start(), agent("reserve"), agent("ship"), undo, edges="start>reserve reserve>ship reserve:compensate>undo"
        ),
        answer=lambda call: BAD if call.agent == "ship" else next(left, {}) if call.agent == "release" else {},
        subplans={"v9": inner},
    ).play()
    assert (attempts(played, "undo/release"), played.run.outcome.compensation) == (2, "done")


def test_a_run_that_began_before_goes_on_by_the_rules_it_began_with():
    played = saga(busy=1)
    run = Run(played.plan)
    for at, event in played.log:
        if isinstance(event, ev.StepFailed) and event.step == "release":
            break
        run.apply(msgspec.structs.replace(event, rules=1) if isinstance(event, ev.RunStarted) else event, at)
    (flight,) = run.flights.values()
    (failed,) = run.reply("release", CallReply(flight.call_id, "error", error=BUSY), played.now)
    assert (failed.step, failed.retry_at) == ("release", 0)


def test_a_run_made_from_an_old_one_goes_on_by_the_rules_of_today():
    old = [ev.Record(1, 1000, 1, "", ev.RunStarted("r1", "w1", "v1", {}))]
    (first,) = forked(compile_plan(graph(start(), agent("a"), edges="start>a")), old, 1)
    assert first.rules == ev.RULES
