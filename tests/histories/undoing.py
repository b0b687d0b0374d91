"""Histories of runs that fail, are stopped, and undo."""

from typing import Any

from agents.domain.calls import CallError
from designer.domain import commands as asked
from designer.domain.events import RULES
from tests.histories.containers import a_subflow
from tests.histories.playing import BAD, BUSY, end, player, scenario, turn
from tests.unit.designer.play import Player, agent, start


def a_saga(answer: Any) -> Player:
    return player(
        start(),
        agent("reserve"),
        agent("charge"),
        agent("ship"),
        agent("release", retry={"attempts": 2}),
        agent("refund"),
        edges="start>reserve reserve>charge charge>ship reserve:compensate>release charge:compensate>refund",
        answer=answer,
    )


@scenario
def saga_undone() -> Player:
    busy_once = {"release/1"}

    def answer(call: Any) -> Any:
        if f"{call.step}/{call.attempt}" in busy_once:
            return BUSY
        return BAD if call.agent == "ship" else {}

    return a_saga(answer).play()


@scenario
def saga_undone_in_part() -> Player:
    return a_saga(lambda call: BAD if call.agent in ("ship", "refund") else {}).play()


def a_saga_undone_by_a_busy_agent(rules: int) -> Player:
    answers = iter([{}, BAD, BUSY, {}])
    nodes = start(), agent("reserve"), agent("ship"), agent("release")
    edges = "start>reserve reserve>ship reserve:compensate>release"
    return player(*nodes, edges=edges, answer=lambda call: next(answers), rules=rules)


@scenario
def handler_tried_again_by_default() -> Player:
    return a_saga_undone_by_a_busy_agent(RULES).play()


@scenario
def handler_tried_once_under_old_rules() -> Player:
    return a_saga_undone_by_a_busy_agent(rules=1).play()


def a_saga_with_nothing_to_undo(rules: int) -> Player:
    nodes = start(), agent("reserve"), agent("ship"), agent("release", run_if="${steps.reserve.made}")
    edges = "start>reserve reserve>ship reserve:compensate>release"
    return player(
        *nodes, edges=edges, answer=lambda call: BAD if call.agent == "ship" else {"made": False}, rules=rules
    )


@scenario
def handler_skipped() -> Player:
    return a_saga_with_nothing_to_undo(RULES).play()


@scenario
def handler_skipped_under_old_rules() -> Player:
    return a_saga_with_nothing_to_undo(rules=2).play()


def conditions_without_an_answer(rules: int) -> Player:
    cases = [{"port": "many", "expression": "${input.n}"}]
    size = {"kind": "switch", "id": "size", "cases": cases, "on_error": {"action": "branch"}}
    odd = {"kind": "transform", "id": "a", "run_if": "${input.n} > 3", "on_error": {"action": "continue"}}
    nodes = start(), odd, size, agent("b"), agent("c")
    edges = "start>a a>size size:many>b size:default>b size:error>c"
    return player(*nodes, edges=edges, run_input={"n": 5}, rules=rules)


@scenario
def conditions_gave_no_answer() -> Player:
    return conditions_without_an_answer(RULES).play()


@scenario
def conditions_gave_no_answer_under_old_rules() -> Player:
    return conditions_without_an_answer(rules=2).play()


def an_inner_workflow_with_a_time_limit(rules: int) -> Player:
    played = a_subflow(version=3, rules=rules)
    (call,) = played.dispatch()
    played.now += 60_000
    played.record(played.run.advance(played.now))
    played.reply(call, CallError("cancelled", "It was told to stop.") if played.run.unneeded else {"n": 2})
    return played.play()


@scenario
def inner_workflow_timed_out() -> Player:
    return an_inner_workflow_with_a_time_limit(RULES)


@scenario
def inner_workflow_timed_out_not_under_old_rules() -> Player:
    return an_inner_workflow_with_a_time_limit(rules=2)


@scenario
def saga_undoing() -> Player:
    played = a_saga(lambda call: BAD if call.agent == "ship" else {})
    for _ in range(3):
        turn(played)
    played.dispatch()
    return played


@scenario
def cancelled_and_undone() -> Player:
    played = a_saga(lambda call: {})
    turn(played)
    (call,) = played.dispatch()
    played.command(asked.Cancel("ana", "customer changed her mind"))
    played.reply(call, CallError("cancelled", "It was told to stop."))
    return played.play()


@scenario
def terminated() -> Player:
    played = a_saga(lambda call: {})
    turn(played)
    played.dispatch()
    played.command(asked.Terminate("ana", "enough"))
    return played


@scenario
def undone_in_iterations() -> Player:
    each = {"kind": "map", "id": "each", "items": [1, 2, 3], "concurrency": 1}
    book = agent("book", parent="each", input={"n": "${item}"})
    return player(
        start(), each, book, agent("unbook", parent="each", input={"n": "${item}"}),
        edges="start>each book:compensate>unbook",
        answer=lambda call: BAD if call.agent == "book" and call.input["n"] == 3 else call.input,
    ).play()  # fmt: skip


@scenario
def container_timed_out() -> Player:
    each = {
        "kind": "map",
        "id": "each",
        "items": [1],
        "timeout_s": 5,
        "on_error": {"action": "continue", "default": "late"},
    }
    played = player(start(), each, agent("slow", parent="each"), end(got="${steps.each}"), edges="start>each each>end")
    (call,) = played.dispatch()
    played.now += 5000
    played.record(played.run.advance(played.now))
    played.reply(call, CallError("cancelled", "It was told to stop."))
    return played.play()


@scenario
def run_took_too_long() -> Player:
    played = a_saga(lambda call: {})
    turn(played)
    played.record(played.run.expire("A run of this workflow may take 60 seconds.", played.now))
    return played.play()
