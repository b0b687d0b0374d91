"""What the list of runs says of a run, computed from its state."""

from agents.domain.calls import CallError
from designer.engine.projection import replayed_row, row_of
from tests.unit.designer.play import Player, agent, graph, start


def test_a_run_says_why_it_stands_still_once_each_of_its_steps_has_been_told_why_it_waits():
    played = Player(graph(start(), agent("a"), agent("b"), edges="start>a start>b"))
    played.record(played.run.advance(played.now))
    shown = []
    for call in played.run.pending_calls(played.now):
        shown.append(row_of(played.run, "r1", 1, 1000, played.now).reason)
        played.record(played.run.waiting(call, "no_instance", f"Nobody hosts {call.agent}.", played.now))
    row = row_of(played.run, "r1", 3, 1000, played.now)
    assert [*shown, (row.status, row.reason)] == ["", "", ("running", "Nobody hosts a, and 1 more.")]
    again = replayed_row(played.plan, played.records())
    assert again is not None
    assert (again.status, again.reason) == (row.status, row.reason)
    call = played.run.pending_calls(played.now)[0]
    played.record([played.run.dispatch(call, "i1", "n1", "1.0.0", played.now)])
    assert row_of(played.run, "r1", 4, 1000, played.now).reason == ""


def test_a_run_whose_only_step_is_to_be_tried_again_later_says_when():
    drawn = graph(start(), agent("a", retry={"attempts": 2, "initial_s": 600, "jitter": 0}), edges="start>a")
    played = Player(drawn)
    (call,) = played.dispatch()
    played.reply(call, CallError("busy", "later", retryable=True))
    assert row_of(played.run, "r1", 3, 1000, played.now).reason.startswith("Attempt 2 of `a` at ")
