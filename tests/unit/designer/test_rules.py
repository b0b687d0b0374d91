"""What runs of today do that runs begun earlier do not: each goes on by the rules it began with."""

import msgspec
import pytest

from agents.domain.calls import CallError
from designer.domain.plan import compile_plan
from designer.domain.run import Run
from tests.unit.designer.play import Player, agent, graph, start

BAD = CallError("bad_input", "That cannot be done.")
BEFORE = 2


def begun(played: Player, rules: int) -> Player:
    """The same run, begun under other rules."""
    first = msgspec.structs.replace(played.log[0][1], rules=rules)
    played.run = Run(played.plan)
    played.run.apply(first, played.now)
    played.log = [(played.now, first)]
    return played


def guarded(condition: str, **more) -> Player:
    nodes = start(), agent("a", run_if=condition, **more), agent("b")
    return Player(graph(*nodes, edges="start>a a>b"), {"a": True, "b": True, "n": 3, "none": None})


@pytest.mark.parametrize("condition", ["${input.a} and ${input.b}", "${input.n}", "${input.none}", "${input.a} "])
def test_a_condition_to_run_that_is_neither_true_nor_false_is_an_error(condition):
    outcome = guarded(condition).play().run.outcome
    assert (outcome.step, outcome.error.code, outcome.error.field) == ("a", "not_a_condition", "/run_if")


def test_its_error_says_what_the_condition_gave():
    error = guarded("${input.a} and ${input.b}").play().run.outcome.error
    assert error.message == "The condition gave 'true and true', not true or false."


def test_what_a_condition_gave_is_shown_in_part():
    played = Player(graph(start(), agent("a", run_if="${input.text}"), edges="start>a"), {"text": "x" * 5000}).play()
    assert len(played.run.outcome.error.message) < 300


def test_it_is_an_error_of_the_step_and_dealt_with_as_such():
    played = guarded("${input.n}", on_error={"action": "continue"}).play()
    assert (played.run.status, played.statuses()["b"]) == ("completed", "completed")


def test_a_run_that_began_before_skips_the_step():
    played = begun(guarded("${input.n}"), BEFORE).play()
    assert (played.run.status, played.statuses()["a"], played.statuses()["b"]) == ("completed", "skipped", "completed")


def switching(expression: str, first: str = "${input.n > 9}") -> Player:
    cases = [{"port": "one", "expression": first}, {"port": "two", "expression": expression}]
    nodes = start(), {"kind": "switch", "id": "s", "cases": cases}, agent("a"), agent("b"), agent("c")
    return Player(graph(*nodes, edges="start>s s:one>a s:two>b s:default>c"), {"n": 3, "text": "yes"})


def test_a_case_that_is_neither_true_nor_false_is_an_error():
    outcome = switching("${input.text}").play().run.outcome
    assert (outcome.step, outcome.error.code, outcome.error.field) == ("s", "not_a_condition", "/cases/1/expression")


def test_cases_after_the_one_that_holds_are_not_looked_at():
    played = switching("${input.text}", first="${input.n < 9}").play()
    assert [call.step for call in played.calls] == ["a"]


def test_a_run_that_began_before_goes_on_along_default():
    assert [call.step for call in begun(switching("${input.text}"), BEFORE).play().calls] == ["c"]


def saga(undo_if: str) -> Player:
    nodes = start(), agent("reserve"), agent("ship"), agent("release", run_if=undo_if)
    drawn = graph(*nodes, edges="start>reserve reserve>ship reserve:compensate>release")
    return Player(drawn, answer=lambda call: BAD if call.agent == "ship" else {"made": False})


def test_a_step_whose_handler_was_skipped_is_not_compensated():
    played = saga("${steps.reserve.made}").play()
    assert played.statuses() == {"reserve": "completed", "ship": "failed", "release": "skipped"}
    assert played.run.outcome.compensation == "done"


def test_a_handler_whose_condition_is_none_has_undone_nothing():
    played = saga("${string(steps.reserve.made)}").play()
    assert (played.statuses()["reserve"], played.run.outcome.compensation) == ("completed", "incomplete")


def test_in_a_run_that_began_before_it_counts_as_compensated():
    played = begun(saga("${steps.reserve.made}"), BEFORE).play()
    assert (played.statuses()["reserve"], played.run.outcome.compensation) == ("compensated", "done")


def limited(seconds: float | None = 5.0, **more) -> Player:
    inner = graph(start(), agent("slow"), edges="start>slow")
    inner = msgspec.structs.replace(inner, settings=msgspec.structs.replace(inner.settings, timeout_s=seconds))
    node = {"kind": "workflow", "id": "sub", "workflow": "w", "version_id": "v9", **more}
    return Player(graph(start(), node, edges="start>sub"), subplans={"v9": compile_plan(inner)})


@pytest.mark.parametrize(
    ("inner_s", "node", "due_s"), [(5, {}, 5), (5, {"timeout_s": 3}, 3), (2, {"timeout_s": 3}, 2), (None, {}, None)]
)
def test_an_inner_workflow_has_the_shorter_of_its_own_time_limit_and_that_of_the_step(inner_s, node, due_s):
    played = limited(inner_s, **node)
    played.dispatch()
    assert played.run.next_timer == (played.now + due_s * 1000 if due_s else None)


def test_an_inner_workflow_whose_time_is_over_fails_its_step():
    played = limited()
    (call,) = played.dispatch()
    played.now += 5000
    played.record(played.run.advance(played.now))
    assert [flight.step for flight in played.run.unneeded] == ["sub/slow"]
    played.reply(call, CallError("cancelled", "stopped"))
    outcome = played.play().run.outcome
    assert (outcome.step, outcome.error.code) == ("sub", "timed_out")
    assert outcome.error.message == "It took longer than its 5 seconds."


def test_in_a_run_that_began_before_its_time_limit_does_not_count():
    played = begun(limited(), BEFORE)
    played.dispatch()
    assert played.run.next_timer is None


def test_the_time_limit_of_a_plan_counts_from_when_it_runs():
    made = graph(start(), agent("slow"), edges="start>slow")
    made = msgspec.structs.replace(made, settings=msgspec.structs.replace(made.settings, timeout_s=5.0))
    plan = {"kind": "plan", "id": "plan", "instruction": "do it"}
    played = Player(graph(start(), plan, edges="start>plan"))
    (call,) = played.dispatch()
    played.reply(call, {"graph": msgspec.to_builtins(made)})
    played.dispatch()
    assert played.run.next_timer == played.now + 5000
