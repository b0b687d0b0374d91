"""Values that grow with every iteration, and turns of much work: refused or interrupted before they fill a process."""

import time

import pytest

from designer.domain.advance import MAX_APART_AT_ONCE
from designer.domain.apart import MAX_BYTES
from designer.domain.run import Run
from tests.unit.designer.play import Player, graph, start


def looped(output, **more):
    node = {"kind": "loop", "id": "again", "condition": "${index < 60}", "output": output, **more}
    inside = {"kind": "transform", "id": "one", "parent": "again", "output": 1}
    end = {"kind": "end", "id": "end", "output": {"n": "${steps.again.iterations}"}}
    return Player(graph(start(), node, inside, end, edges="start>again again>end"), {"t": "x" * 1_000})


def mapped(output, items, **more):
    node = {"kind": "map", "id": "each", "items": items, "concurrency": 500, "output": output, **more}
    inside = {"kind": "transform", "id": "one", "parent": "each", "output": 1}
    return Player(graph(start(), node, inside, edges="start>each"), {"t": "x" * 60_000, "xs": list(range(3_500))})


@pytest.mark.parametrize(
    "output",
    [
        "${ index == 0 ? input.t : last + last }",
        "${ index == 0 ? [input.t] : [last, last] }",
        "${last}${last}${input.t}",
        {"a": "${last}", "b": "${last}", "t": "${input.t}"},
        ["${last}", ["${last}"]],
        {"a": "${last}", "b": ["${last}", "${last}"], "c": "${ {'t': input.t} }"},
    ],
)
def test_a_loop_that_doubles_what_its_last_iteration_gave_fails_by_the_rule_on_size(output):
    began = time.monotonic()
    played = looped(output).play()
    assert played.run.status == "failed"
    error = played.run.failure[1]
    assert (error.code, "rule expression_size" in error.message) == ("expression_failed", True)
    assert time.monotonic() - began < 20


def test_a_loop_that_hands_on_what_it_got_goes_on():
    played = looped("${ index == 0 ? input.t : last }").play()
    assert played.run.output == {"n": 60}


def test_a_map_fails_once_what_its_iterations_made_is_larger_than_any_output_may_be():
    played = mapped("${ input.t + string(index) + input.t }", list(range(1_000))).play()
    error = played.run.failure[1]
    assert "rule expression_size" in error.message
    assert sum(len(result or "") for result in played.run.steps["each"].inner.results) <= 10 * MAX_BYTES


def test_a_map_whose_iterations_give_what_is_there_already_is_not_weighed():
    played = mapped("${ input.t }", list(range(100)), failure="collect").play()
    assert played.run.steps["each"].status == "completed"


def turns_of(played: Player) -> list[int]:
    """Advance as the driver does; return the bytes set apart in each turn."""
    turns = []
    while True:
        played.record(played.run.advance(played.now))
        turns.append(sum(map(len, played.run.apart.values())))
        played.run.apart.clear()
        if not played.run.unfinished:
            return turns


def test_a_turn_ends_when_it_has_worked_long_enough():
    heavy = {"kind": "transform", "id": "one", "parent": "each", "output": "${ input.xs.map(a, a + 1).size() }"}
    node = {"kind": "map", "id": "each", "items": list(range(4)), "concurrency": 4}
    played = Player(graph(start(), node, heavy, edges="start>each"), {"xs": list(range(3_500))})
    assert len(turns_of(played)) >= 2
    assert played.run.terminal


def test_a_turn_ends_when_much_waits_to_be_stored():
    big = {
        "kind": "transform",
        "id": "one",
        "parent": "each",
        "output": "${ input.t + string(index) + " + "input.t + " * 100 + "'' }",
    }
    node = {"kind": "map", "id": "each", "items": list(range(12)), "concurrency": 12}
    played = Player(graph(start(), node, big, edges="start>each"), {"t": "x" * 60_000})
    turns = turns_of(played)
    assert len(turns) >= 2
    assert max(turns) <= MAX_APART_AT_ONCE + MAX_BYTES
    assert played.run.terminal


def test_cases_of_one_switch_are_held_to_the_bounds_together():
    cases = [{"port": f"p{n}", "expression": f"${{ input.xs.map(a, a + 1).size() < {n} }}"} for n in range(10)]
    played = Player(
        graph(start(), {"kind": "switch", "id": "s", "cases": cases}, edges="start>s"), {"xs": list(range(3_500))}
    )
    began = time.monotonic()
    played.play()
    assert "rule expression_work" in played.run.failure[1].message
    assert time.monotonic() - began < 10


def test_a_run_that_was_interrupted_is_the_same_when_its_log_is_read_again():
    played = mapped("${ input.xs.map(a, a + index).size() }", list(range(3)))
    turns_of(played)
    again: Run = played.replayed()
    assert {step: state.status for step, state in again.steps.items()} == played.statuses()
    assert again.steps["each"].output == played.run.steps["each"].output
