"""Histories of calls, and of runs made from others."""

from typing import Any

import msgspec

from agents.domain.calls import CallError
from designer.domain.compact import compact
from designer.domain.events import Bidding, Origin, PlacedBid, Redriven
from designer.domain.fork import forked, redriven, retried
from designer.domain.fork_edits import Edits
from tests.histories.containers import a_loop
from tests.histories.playing import BAD, BUSY, T0, end, player, scenario, turn
from tests.unit.designer.play import Player, agent, start


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
