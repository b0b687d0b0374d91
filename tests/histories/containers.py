"""Histories of loops, inner workflows and plans."""

from typing import Any

import msgspec

from designer.domain.events import RULES
from tests.histories.playing import BAD, INNER, SUBPLANS, end, player, scenario, turn
from tests.unit.designer.play import Player, agent, start


def a_loop() -> Player:
    node = {"kind": "loop", "id": "again", "condition": "${index < 3}", "output": "${steps.ask.n}"}
    inside = agent("ask", parent="again", agent="text", input={"round": "${index}", "last": "${last}"})
    return player(start(), node, inside, end(all="${steps.again}"), edges="start>again again>end")


@scenario
def loop_completed() -> Player:
    return a_loop().play()


@scenario
def loop_running() -> Player:
    played = a_loop()
    turn(played)
    played.dispatch()
    return played


def a_subflow(version: int = 2, rules: int = RULES, **more: Any) -> Player:
    node = {
        "kind": "workflow", "id": "billing", "workflow": "count", "version": version,
        "version_id": list(SUBPLANS)[version - 2], "input": {"text": "${input.text}"}, **more,
    }  # fmt: skip
    edges = "start>billing billing>end" + (" billing:error>rescue" if more else "")
    rescue = [agent("rescue")] if more else []
    nodes = start(), node, *rescue, end(n="${steps.billing}")
    return player(*nodes, edges=edges, run_input={"text": "a b"}, rules=rules)


@scenario
def inner_workflow_completed() -> Player:
    return a_subflow().play()


@scenario
def inner_workflow_running() -> Player:
    played = a_subflow()
    played.dispatch()
    return played


@scenario
def inner_workflow_failed_and_rescued() -> Player:
    played = a_subflow(on_error={"action": "branch"})
    played.answer = lambda call: BAD if call.agent == "text" else {}
    return played.play()


def a_plan() -> Player:
    node = {"kind": "plan", "id": "plan", "instruction": "count ${input.what}", "approve": True, "input": {"text": "a"}}
    made = {"graph": msgspec.to_builtins(INNER), "explanation": "Counting counts."}
    return player(
        start(), node, end(n="${steps.plan.n}"), edges="start>plan plan>end", run_input={"what": "words"},
        answer=lambda call: made if call.agent == "planner" else {"n": 2},
    )  # fmt: skip


@scenario
def plan_approved_and_completed() -> Player:
    return a_plan().play()


@scenario
def plan_waits_for_approval() -> Player:
    played = a_plan()
    turn(played)
    return played
