"""Where the events of a shorter history stand."""

from designer.domain import events as ev
from designer.domain.compact import compact
from tests.unit.designer.play import Player, agent, graph, start
from tests.unit.designer.test_run_properties import answering


def test_an_iteration_is_closed_where_its_last_event_stood_so_that_what_was_ready_before_goes_first():
    drawn = graph(
        start(), agent("a", on_error={"action": "continue"}), agent("x", parent="each"),
        {"kind": "map", "id": "each", "items": [0, 1], "concurrency": 2, "failure": "fail"},
        agent("y", parent="each"), {"kind": "condition", "id": "after", "expression": "${true}"},
        edges="x>y start>a start>each a>after",
    )  # fmt: skip
    first = Player(drawn, answer=answering(["bad", "ok"])).play()
    cut = next(
        number
        for number, record in enumerate(first.records())
        if isinstance(record.event, ev.StepFailed) and record.event.step == "each[1]/x"
    )
    records = first.records()[: cut + 1]
    long, short = first.resumed([record.event for record in records]), first.resumed(compact(first.plan, records))
    assert any(isinstance(record, ev.IterationClosed) for record in compact(first.plan, records))
    decided = long.run.advance(long.now)
    assert [event.step for event in decided if isinstance(event, ev.StepCompleted)] == ["after"]
    assert short.run.advance(short.now) == decided


def test_a_map_that_has_failed_gives_up_its_other_iterations_after_going_on_too():
    drawn = graph(
        start(), {"kind": "map", "id": "each", "items": [0, 1], "concurrency": 2, "failure": "fail"},
        agent("x", parent="each"), agent("y", parent="each"),
        edges="x>y start>each",
    )  # fmt: skip
    first = Player(drawn, answer=answering(["ok", "ok", "node_lost", "bad"])).play()
    records = first.records()
    cut = next(
        number
        for number, record in enumerate(records)
        if isinstance(record.event, ev.StepFailed) and not record.event.retry_at
    )
    records = records[: cut + 1]
    long, short = first.resumed([record.event for record in records]), first.resumed(compact(first.plan, records))
    decided = long.run.advance(long.now)
    assert any(isinstance(event, ev.StepCancelled) for event in decided)
    assert short.run.advance(short.now) == decided
