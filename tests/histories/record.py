"""Plays runs of every kind of node and writes their logs down: ``python -m tests.histories.record [name …]``.

A history that is there already is never written again: today's code must read what yesterday's wrote. Each holds
``graph``, ``subgraphs`` by version id, ``records`` (the first ``taken`` of which are another run's) and what they come
to (``expected``, in the engine's words).
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from agents.domain.calls import CallError
from designer.domain import commands as asked
from designer.domain.compact import compact
from designer.domain.events import RULES, Bidding, Origin, PlacedBid, Record, Redriven, RunStarted
from designer.domain.fork import forked, redriven, retried
from designer.domain.fork_edits import Edits
from designer.domain.graph import Settings
from designer.domain.plan import compile_plan
from designer.domain.run import Run
from tests.unit.designer.play import Player, agent, graph, start

FOLDER = Path(__file__).parent
T0 = 1_790_000_000_000
BAD = CallError("bad_input", "That cannot be done.")
BUSY = CallError("busy", "Come again.", retryable=True)
INNER = graph(
    start(),
    agent("count", agent="text", input={"text": "${input.text}"}),
    {"kind": "end", "id": "end", "output": {"n": "${steps.count.n}"}},
    edges="start>count count>end",
)
TIMED = msgspec.structs.replace(INNER, settings=Settings(timeout_s=60.0))
SUBPLANS = {"01J8Z3K4M5N6P7Q8R9S0T1VE77": INNER, "01J8Z3K4M5N6P7Q8R9S0T1VE78": TIMED}

Scenario = Callable[[], Player]
SCENARIOS: dict[str, Scenario] = {}


def scenario(make: Scenario) -> Scenario:
    SCENARIOS[make.__name__] = make
    return make


def player(
    *nodes: Any, edges: str, run_input: Any = None, answer: Any = lambda call: {"n": 1}, rules: int = RULES
) -> Player:
    drawn = graph(*nodes, edges=edges)
    played = Player(drawn, answer=answer, subplans={key: compile_plan(inner) for key, inner in SUBPLANS.items()})
    played.now = T0
    begun = RunStarted(
        "01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "01J8Z3K4M5N6P7Q8R9S0T1WF00",
        "01J8Z3K4M5N6P7Q8R9S0T1VE00",
        run_input or {},
        "ada",
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "engine-1",
        rules=rules,
    )
    played.run = Run(played.plan)
    played.run.apply(begun, T0)
    played.log = [(T0, begun)]
    return played


def turn(played: Player) -> None:
    """Answer what is called now."""
    for call in played.dispatch():
        played.reply(call, played.answer(call))
    played.record(played.run.advance(played.now))


def end(**output: Any) -> dict[str, Any]:
    return {"kind": "end", "id": "end", "output": output}


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


@scenario
def wait_running() -> Player:
    played = player(start(), {"kind": "wait", "id": "pause", "seconds": 90}, agent("a"), edges="start>pause pause>a")
    turn(played)
    return played


@scenario
def wait_over() -> Player:
    until = {"kind": "wait", "id": "day", "until": "2020-02-29T12:00:00+02:00"}
    nap = {"kind": "wait", "id": "nap", "seconds": "${input.s}"}
    return player(start(), until, nap, edges="start>day day>nap", run_input={"s": 5}).play()


def an_approval(**more: Any) -> Player:
    node = {"kind": "approval", "id": "ok", "message": "Pay ${input.n}?", "approvers": ["ana", "bo"], **more}
    return player(
        start(),
        node,
        agent("pay"),
        agent("tell"),
        edges="start>ok ok:approved>pay ok:rejected>tell",
        run_input={"n": 5},
    )


@scenario
def approval_given_by_two() -> Player:
    played = an_approval(needed=2)
    turn(played)
    played.command(asked.Decide("ana", "fine by me", step="ok", approved=True))
    played.command(asked.Decide("ana", step="ok", approved=True))
    played.command(asked.Decide("bo", step="ok", approved=True, data={"limit": 10}))
    return played.play()


@scenario
def approval_half_given() -> Player:
    played = an_approval(needed=2, groups=["finance"])
    turn(played)
    played.command(asked.Decide("ana", "fine by me", step="ok", approved=True))
    return played


@scenario
def approval_rejected() -> Player:
    played = an_approval()
    turn(played)
    played.command(asked.Decide("bo", "too much", step="ok", approved=False))
    return played.play()


@scenario
def approval_timed_out() -> Player:
    played = an_approval(timeout_s=60)
    turn(played)
    played.now += 60_000
    played.record(played.run.advance(played.now))
    return played


def a_signal(**more: Any) -> Player:
    node = {"kind": "signal", "id": "paid", "name": "payment.received", "key": "${input.order}", **more}
    return player(
        start(), agent("order"), node, end(got="${steps.paid.data}"), edges="start>order order>paid paid>end",
        run_input={"order": "o-7"},
    )  # fmt: skip


@scenario
def signal_came_early() -> Player:
    played = a_signal()
    (call,) = played.dispatch()
    played.command(asked.Signal("shop", name="payment.received", key="o-8", data=1))
    played.command(asked.Signal("shop", name="payment.received", key="o-7", data={"sum": 2}))
    played.reply(call, {})
    return played.play()


@scenario
def early_signal_for_two_steps() -> Player:
    both = ({"kind": "signal", "id": name, "name": "paid"} for name in ("one", "two"))
    played = player(start(), agent("a"), *both, edges="start>a a>one a>two")
    (call,) = played.dispatch()
    played.command(asked.Signal("shop", name="paid", data=1))
    played.reply(call, {})
    played.record(played.run.advance(played.now))
    return played


@scenario
def signal_awaited() -> Player:
    played = a_signal(timeout_s=600)
    turn(played)
    return played


@scenario
def paused_in_flight() -> Player:
    played = player(start(), agent("a"), agent("b"), edges="start>a a>b")
    played.dispatch()
    played.command(asked.Pause("ana", "look at it first"))
    return played


@scenario
def paused_and_resumed() -> Player:
    played = player(start(), agent("a"), agent("b"), edges="start>a a>b")
    (call,) = played.dispatch()
    played.command(asked.Pause("ana", "look at it first"))
    played.reply(call, {})
    played.record(played.run.advance(played.now))
    played.command(asked.Resume("bo"))
    return played.play()


@scenario
def queued_for_its_turn() -> Player:
    played = player(start(), agent("a"), edges="start>a")
    played.record(played.run.queue("customer-7", 1, played.now))
    return played


@scenario
def queued_then_completed() -> Player:
    played = player(start(), agent("a"), edges="start>a")
    played.record(played.run.queue("customer-7", 1, played.now))
    played.command(asked.Admit())
    return played.play()


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


@scenario
def built_in_agents_called() -> Player:
    return player(
        start(),
        agent("any", agent="", capability="csv-parse"),
        {"kind": "llm", "id": "ask", "input": {"prompt": "Why?"}, "version": "1.0.0"},
        {"kind": "memory", "id": "keep", "input": {"action": "write", "key": "k", "value": "${steps.ask}"}},
        {"kind": "emit", "id": "tell", "input": {"subject": "orders.done", "payload": {}}},
        edges="start>any any>ask ask>keep keep>tell",
    ).play()


@scenario
def nobody_bid_at_first() -> Player:
    node = {"kind": "intent", "id": "find", "goal": "translate ${input.x}", "retry": {"attempts": 2, "initial_s": 1}}
    played = player(start(), node, edges="start>find", run_input={"x": "this"})
    played.record(played.run.advance(played.now))
    (call,) = played.run.pending_calls(played.now)
    played.record(played.run.refuse(call, CallError("no_bid", "None of 3 nodes bid.", retryable=True), played.now))
    played.now = played.run.next_timer or 0
    return played.play()


@scenario
def best_bid_won() -> Player:
    node = {"kind": "intent", "id": "find", "goal": "translate ${input.x}", "capabilities": ["translate"]}
    played = player(start(), node, end(n="${steps.find.n}"), edges="start>find find>end", run_input={"x": "this"})
    played.record(played.run.advance(played.now))
    (call,) = played.run.pending_calls(played.now)
    best = (
        PlacedBid("quick", "1.2.0", "quick-a-1", "a-1", 0.93, 1.0, 0.25, 2.0, 80.0),
        PlacedBid("thorough", "2.0.0", "thorough-b-2", "b-2", 0.71, 1.0, cost=9.0),
    )
    bidding = Bidding(asked=3, answered=2, bids=2, best=best)
    started = played.run.dispatch(call, "quick-a-1", "a-1", "1.2.0", played.now, agent="quick", bidding=bidding)
    played.record([started])
    played.now += 90
    played.reply(call, {"n": 7})
    return played.play()


@scenario
def answered_from_the_cache() -> Player:
    played = player(start(), agent("a", cache={"ttl_s": 60}), agent("b"), edges="start>a a>b")
    played.record(played.run.advance(played.now))
    (call,) = played.run.pending_calls(played.now)
    played.record(played.run.cached(call, {"v": 1}, played.now))
    return played.play()


@scenario
def switch_taken() -> Player:
    cases = [{"port": "small", "expression": "${input.n < 3}"}, {"port": "large", "expression": "${input.n > 9}"}]
    nodes = start(), {"kind": "switch", "id": "size", "cases": cases}, agent("a"), agent("b"), agent("c")
    return player(*nodes, edges="start>size size:small>a size:large>b size:default>c", run_input={"n": 5}).play()


@scenario
def continued_elsewhere() -> Player:
    played = a_loop()
    turn(played)
    played.record(played.run.continue_as("01J8Z3K4M5N6P7Q8R9S0T1V2W4", "Its log is full.", played.now))
    return played


@scenario
def continued_from_a_compact_log() -> Player:
    each = {"kind": "map", "id": "each", "items": [1, 2, 3, 4], "concurrency": 2, "failure": "collect"}
    first = player(
        start(), each, agent("do", parent="each", input={"n": "${item}"}), end(got="${steps.each}"),
        edges="start>each each>end", answer=lambda call: BAD if call.input["n"] == 2 else call.input,
    )  # fmt: skip
    turn(first)
    first.dispatch()
    events = compact(first.plan, first.records())
    origin = Origin("continued", "01J8Z3K4M5N6P7Q8R9S0T1V2W3", len(first.log))
    events[0] = msgspec.structs.replace(events[0], run_id="01J8Z3K4M5N6P7Q8R9S0T1V2W4", origin=origin, begun_at=T0)
    again = first.resumed(events)
    again.run = again.replayed()
    for step in sorted(again.run.in_flight):
        call_id = again.run.in_flight[step].call_id
        call = next(call for call in first.calls if call.call_id == call_id)
        again.reply(call, again.answer(call))
    return again.play()


@scenario
def forked_with_an_edit() -> Player:
    nodes = start(), agent("a"), agent("b", input={"of": "${steps.a}"}), end(got="${steps.b}")
    first = player(*nodes, edges="start>a a>b b>end", answer=lambda call: BAD if call.agent == "b" else {"v": 1}).play()
    seq = first.kinds().index("StepCompleted") + 1
    events = forked(first.plan, first.records(), seq, Edits(outputs={"a": {"v": 2}}))
    origin = Origin("fork", "01J8Z3K4M5N6P7Q8R9S0T1V2W3", seq, "ana", "what if", ("a",))
    events[0] = msgspec.structs.replace(events[0], run_id="01J8Z3K4M5N6P7Q8R9S0T1V2W5", origin=origin)
    again = first.resumed(events)
    again.answer = lambda call: call.input
    return again.play()


def made_from(first: Player, kind: str, events: list[Any], **more: Any) -> Player:
    """A run that begins with ``events`` of another one."""
    origin = Origin(kind, "01J8Z3K4M5N6P7Q8R9S0T1V2W3", len(first.log), "ana", **more)
    events[0] = msgspec.structs.replace(events[0], run_id="01J8Z3K4M5N6P7Q8R9S0T1V2W6", origin=origin)
    again = first.resumed(events)
    again.taken = len(events)
    return again


def a_failed_line() -> Player:
    nodes = start(), agent("a"), agent("b", version="1.0.0", input={"of": "${steps.a}"}), end(got="${steps.b}")
    edges = "start>a a>b b>end"
    return player(*nodes, edges=edges, answer=lambda call: BAD if call.agent == "b" else {"v": 1}).play()


@scenario
def retried_after_a_failure() -> Player:
    first = a_failed_line()
    again = made_from(first, "retry", retried(first.plan, first.records()))
    again.answer = lambda call: call.input
    return again.play()


@scenario
def redriven_with_other_input_and_version() -> Player:
    first = a_failed_line()
    events, _ = redriven(first.plan, first.records(), "b")
    wanted = Redriven("b", "dl-1", {"of": "something else"}, has_input=True, version="1.0.1")
    again = made_from(first, "retry", events, redriven=wanted)
    (call,) = again.dispatch(version="1.0.1")
    again.reply(call, call.input)
    return again.play()


@scenario
def attempts_in_an_iteration() -> Player:
    """Retries, a lost node and a broken instance, each with pauses of its own."""
    errors = [CallError("node_lost", "Its node is gone.", retryable=True), BUSY, BUSY, BAD]
    left = {1: iter(errors), 2: iter(errors[:2])}
    retry = {"attempts": 3, "initial_s": 0.5, "backoff": 3, "max_s": 1.0, "jitter": 0.2}
    each = {"kind": "map", "id": "each", "items": [1, 2], "concurrency": 2, "failure": "collect"}
    do = agent("do", parent="each", retry=retry, input={"n": "${item}", "i": "${index}"})
    return player(
        start(), each, do, end(got="${steps.each}"), edges="start>each each>end",
        answer=lambda call: next(left[call.input["n"]], {}),
    ).play()  # fmt: skip


def written(played: Player) -> dict[str, Any]:
    settled = ("completed", "failed", "skipped", "cancelled", "compensated")
    open_too = not played.run.terminal
    steps = {step: state.status for step, state in played.run.steps.items() if open_too or state.status in settled}
    taken = {"taken": played.taken} if played.taken else {}
    return taken | {
        "graph": msgspec.to_builtins(played.plan.graph),
        "subgraphs": {key: msgspec.to_builtins(inner) for key, inner in SUBPLANS.items()},
        "records": [msgspec.to_builtins(record) for record in recorded(played)],
        "expected": {"status": played.run.status, "steps": {"start": "completed", **steps}},
    }


def recorded(played: Player) -> list[Record]:
    return played.records()


def main(names: list[str]) -> None:
    for name in names or SCENARIOS:
        path = FOLDER / f"{name}.json"
        if not path.exists():
            path.write_text(
                json.dumps(written(SCENARIOS[name]()), indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
            )
            sys.stdout.write(f"{path.name} written\n")


if __name__ == "__main__":
    main(sys.argv[1:])
