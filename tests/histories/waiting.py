"""Histories of runs that wait: for time, people, signals, their turn."""

from typing import Any

from designer.domain import commands as asked
from tests.histories.playing import end, player, scenario, turn
from tests.unit.designer.play import Player, agent, start


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
