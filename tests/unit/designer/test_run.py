"""What a run does, told by its events."""

import pytest

from agents.domain.calls import CallError
from designer.domain.commands import Cancel
from tests.unit.designer.play import Player, agent, graph, start


def test_a_line_of_agents_runs_in_order_and_gives_the_ends_output():
    drawn = graph(
        start(),
        agent("a", input={"n": "${input.n + 1}"}),
        agent("b", input={"n": "${steps.a.n * 10}"}),
        {"kind": "end", "id": "end", "output": {"result": "${steps.b.n}", "text": "got ${steps.b.n}"}},
        edges="start>a a>b b>end",
    )
    played = Player(drawn, {"n": 1}).play()
    assert played.run.outcome.output == {"result": 20, "text": "got 20"}
    assert played.kinds() == [
        *("RunStarted", "StepStarted", "StepCompleted", "StepStarted", "StepCompleted", "StepCompleted", "RunCompleted")
    ]


@pytest.mark.parametrize(("n", "taken", "skipped"), [(5, "big", "small"), (1, "small", "big")])
def test_a_condition_takes_one_branch_and_the_join_goes_on(n, taken, skipped):
    drawn = graph(
        start(),
        {"kind": "condition", "id": "check", "expression": "${input.n > 3}"},
        agent("big"),
        agent("small"),
        {"kind": "join", "id": "join"},
        agent("after"),
        edges="start>check check:true>big check:false>small big>join small>join join>after",
    )
    played = Player(drawn, {"n": n}).play()
    statuses = played.statuses()
    assert (statuses[taken], statuses[skipped], statuses["after"]) == ("completed", "skipped", "completed")


def test_a_dead_branch_skips_all_that_follows_it():
    drawn = graph(
        start(),
        {"kind": "condition", "id": "check", "expression": "${false}"},
        agent("a"),
        agent("b"),
        edges="start>check check:true>a a>b",
    )
    assert Player(drawn).play().statuses() == {"check": "completed", "a": "skipped", "b": "skipped"}


def test_join_any_goes_on_with_the_first_and_still_waits_for_the_run_to_settle():
    drawn = graph(
        start(),
        agent("a"),
        agent("b"),
        {"kind": "join", "id": "j", "mode": "any"},
        agent("c"),
        edges="start>a start>b a>j b>j j>c",
    )
    played = Player(drawn)
    a, b = played.dispatch()
    played.reply(a, 1)
    (c,) = played.dispatch()
    assert c.step == "c"
    played.reply(c, 1)
    played.record(played.run.advance(played.now))
    assert not played.run.terminal
    played.reply(b, 1)
    played.record(played.run.advance(played.now))
    assert played.kinds()[-1] == "RunCompleted"
    assert played.kinds().count("StepStarted") == 3


def test_join_count_waits_for_that_many():
    drawn = graph(
        start(),
        *(agent(name) for name in "abc"),
        {"kind": "join", "id": "j", "mode": "count", "count": 2},
        agent("d"),
        edges="start>a start>b start>c a>j b>j c>j j>d",
    )
    played = Player(drawn)
    a, b, _ = played.dispatch()
    played.reply(a, 1)
    assert played.dispatch() == []
    played.reply(b, 1)
    assert [call.step for call in played.dispatch()] == ["d"]


def test_switch_takes_the_first_case_that_holds():
    cases = [{"port": "low", "expression": "${input.n < 10}"}, {"port": "mid", "expression": "${input.n < 100}"}]
    drawn = graph(
        start(),
        {"kind": "switch", "id": "s", "cases": cases},
        *(agent(name) for name in ("low", "mid", "other")),
        edges="start>s s:low>low s:mid>mid s:default>other",
    )
    assert Player(drawn, {"n": 50}).play().statuses()["mid"] == "completed"
    assert Player(drawn, {"n": 500}).play().statuses()["other"] == "completed"


def test_a_map_runs_its_inside_for_each_item_in_order_and_within_its_concurrency():
    drawn = graph(
        start(),
        {"kind": "map", "id": "each", "items": "${input.names}", "concurrency": 2, "output": "${steps.greet.text}"},
        agent("greet", parent="each", input={"text": "hello ${item} ${index}"}),
        {"kind": "end", "id": "end", "output": {"all": "${steps.each.results}"}},
        edges="start>each each>end",
    )
    played = Player(drawn, {"names": ["x", "y", "z"]})
    assert [call.step for call in played.dispatch()] == ["each[0]/greet", "each[1]/greet"]
    for call in played.calls[:2][::-1]:
        played.reply(call, call.input)
    played.play()
    assert played.run.outcome.output == {"all": ["hello x 0", "hello y 1", "hello z 2"]}


def test_a_map_over_nothing_gives_nothing():
    drawn = graph(start(), {"kind": "map", "id": "m", "items": []}, agent("a", parent="m"), edges="start>m")
    played = Player(drawn).play()
    assert played.run.steps["m"].output == {"results": [], "errors": []}


def test_maps_nest_and_see_the_steps_around_them():
    drawn = graph(
        start(),
        agent("base", input={"k": 100}),
        {"kind": "map", "id": "outer", "items": "${input.rows}"},
        {"kind": "map", "id": "inner", "parent": "outer", "items": "${item}", "output": "${steps.leaf.v}"},
        agent("leaf", parent="inner", input={"v": "${item + steps.base.k}"}),
        edges="start>base base>outer",
    )
    played = Player(drawn, {"rows": [[1, 2], [3]]}).play()
    results = played.run.steps["outer"].output["results"]
    assert [entry["results"] for entry in results] == [[101, 102], [103]]


def bad_second(call):
    return CallError("broken", "no") if call.input == {"i": 1} else call.input


def test_a_failed_iteration_fails_the_map_and_the_run():
    drawn = graph(
        start(),
        {"kind": "map", "id": "m", "items": [0, 1, 2, 3], "concurrency": 2},
        agent("a", parent="m", input={"i": "${item}"}),
        edges="start>m",
    )
    played = Player(drawn, answer=bad_second).play()
    assert (played.kinds()[-1], played.run.outcome.step, played.run.outcome.error.code) == ("RunFailed", "m", "broken")
    assert "m[3]/a" not in played.run.steps


def test_a_collecting_map_lists_what_failed():
    drawn = graph(
        start(),
        {"kind": "map", "id": "m", "items": [0, 1, 2], "failure": "collect"},
        agent("a", parent="m", input={"i": "${item}"}),
        edges="start>m",
    )
    output = Player(drawn, answer=bad_second).play().run.steps["m"].output
    assert output["results"] == [{"i": 0}, None, {"i": 2}]
    assert output["errors"] == [None, {"code": "broken", "message": "no"}, None]


def test_retries_wait_longer_each_time_and_then_succeed():
    answers = iter([CallError("busy", "later", retryable=True), CallError("busy", "later", retryable=True), {"ok": 1}])
    drawn = graph(
        start(), agent("a", retry={"attempts": 3, "initial_s": 1, "backoff": 3, "jitter": 0}), edges="start>a"
    )
    played = Player(drawn, answer=lambda call: next(answers)).play()
    failures = [(at, event.retry_at - at) for at, event in played.log if type(event).__name__ == "StepFailed"]
    assert [pause for _, pause in failures] == [1000, 3000]
    assert [call.attempt for call in played.calls] == [1, 2, 3]
    assert len({call.call_id for call in played.calls}) == 3
    assert len({call.idempotency_key for call in played.calls}) == 1


def test_an_error_that_is_not_retryable_is_final():
    drawn = graph(start(), agent("a", retry={"attempts": 5}), edges="start>a")
    played = Player(drawn, answer=lambda call: CallError("bad", "no")).play()
    assert len(played.calls) == 1
    assert played.run.outcome.error == CallError("bad", "no")


def test_a_lost_node_is_not_the_steps_fault():
    answers = iter([CallError("node_lost", "gone", retryable=True)] * 3 + [{"ok": 1}])
    played = Player(graph(start(), agent("a"), edges="start>a"), answer=lambda call: next(answers)).play()
    assert played.kinds()[-1] == "RunCompleted"


def test_on_error_continue_gives_the_default():
    drawn = graph(
        start(),
        agent("a", on_error={"action": "continue", "default": {"x": 7}}),
        {"kind": "end", "id": "end", "output": {"x": "${steps.a.x}"}},
        edges="start>a a>end",
    )
    assert Player(drawn, answer=lambda call: CallError("bad", "no")).play().run.outcome.output == {"x": 7}


def test_on_error_branch_takes_the_error_edge():
    drawn = graph(
        start(),
        agent("a", on_error={"action": "branch"}),
        agent("good"),
        agent("rescue", input={"why": "${steps.a.error.message}"}),
        edges="start>a a>good a:error>rescue",
    )
    played = Player(drawn, answer=lambda call: CallError("bad", "no") if call.step == "a" else call.input).play()
    assert played.statuses() == {"a": "failed", "good": "skipped", "rescue": "completed"}
    assert played.run.steps["rescue"].output == {"why": "no"}


def test_a_failure_stops_the_run_once_what_is_in_flight_has_ended():
    played = Player(graph(start(), agent("a"), agent("b"), agent("c"), edges="start>a start>b b>c"))
    a, b = played.dispatch()
    played.reply(a, CallError("bad", "no"))
    assert played.run.advance(played.now) == []
    assert [flight.step for flight in played.run.unneeded] == ["b"]
    played.reply(b, {"fine": True})
    played.record(played.run.advance(played.now))
    assert played.kinds()[-1] == "RunFailed"
    assert "c" not in [call.step for call in played.calls]


def test_cancel_waits_for_what_is_in_flight_then_gives_up_on_it():
    played = Player(graph(start(), agent("a"), agent("b"), edges="start>a a>b"))
    played.dispatch()
    played.record(played.run.command("1-0", Cancel("ann", "wrong file"), played.now))
    assert played.run.advance(played.now) == []
    assert played.run.pending_calls(played.now) == []
    played.record(played.run.stop_in_flight(played.now))
    assert played.kinds()[-2:] == ["StepCancelled", "RunCancelled"]
    assert (played.run.outcome.by, played.run.outcome.reason) == ("ann", "wrong file")


def test_cancel_of_a_waiting_run_ends_it_at_once():
    played = Player(graph(start(), agent("a"), edges="start>a"))
    played.record(played.run.advance(played.now))
    played.record(played.run.waiting(played.run.pending_calls(played.now)[0], "no_instance", "nobody", played.now))
    played.record(played.run.command("1-0", Cancel("ann"), played.now))
    played.record(played.run.advance(played.now))
    assert played.kinds()[-1] == "RunCancelled"


def test_a_stale_or_repeated_reply_changes_nothing():
    played = Player(graph(start(), agent("a"), agent("b"), edges="start>a a>b"))
    (call,) = played.dispatch()
    played.reply(call, 1)
    before = len(played.log)
    played.reply(call, 2)
    assert len(played.log) == before


def test_run_if_false_skips_the_step_and_goes_on():
    drawn = graph(start(), agent("a", run_if="${input.go}"), agent("b"), edges="start>a a>b")
    assert Player(drawn, {"go": False}).play().statuses() == {"a": "skipped", "b": "completed"}


def test_an_expression_that_fails_names_what_is_missing():
    drawn = graph(start(), agent("a", input={"x": "${input.nope}"}), edges="start>a")
    error = Player(drawn, {"n": 1}).play().run.outcome.error
    assert error.code == "expression_failed"
    assert "no `nope` in `input` (it has n)" in error.message


def test_a_large_value_stands_apart_and_a_huge_one_is_refused():
    drawn = graph(start(), {"kind": "transform", "id": "t", "output": "${input.xs.map(x, input.xs)}"}, edges="start>t")
    run = Player(drawn, {"xs": list(range(160))}).play().run
    reference = run.steps["t"].output["$artifact"]
    assert run.apart[reference["digest"]].startswith(b"[[0,1,2,")
    assert reference["size"] == len(run.apart[reference["digest"]])
    text = {"kind": "transform", "id": "t", "output": {"a": "${input.text + input.text}", "b": 1}}
    drawn = graph(start(), text, edges="start>t")
    run = Player(drawn, {"text": "x" * 40_000}).play().run
    assert run.steps["t"].output["b"] == 1
    assert "$artifact" in run.steps["t"].output["a"]
    assert Player(drawn, {"text": "x" * 5_000_000}).play().run.outcome.error.code == "value_too_large"


def test_why_a_step_waits_is_said_once():
    played = Player(graph(start(), agent("a"), edges="start>a"))
    played.record(played.run.advance(played.now))
    (call,) = played.run.pending_calls(played.now)
    assert len(played.run.waiting(call, "no_instance", "No live instance of a.", played.now)) == 1
    assert played.run.waiting(call, "no_instance", "No live instance of a.", played.now) == []


def test_a_new_reason_is_said_and_new_words_for_the_old_one_keep_its_time():
    played = Player(graph(start(), agent("a"), edges="start>a"))
    played.record(played.run.advance(played.now))
    (call,) = played.run.pending_calls(played.now)
    told = []
    for code, message in (("no_instance", "Nobody."), ("agent_busy", "1 is busy."), ("agent_busy", "2 are busy.")):
        played.now += 1000
        played.record(played.run.waiting(call, code, message, played.now))
        told += [(reason.code, reason.message, reason.since) for reason in played.run.reasons(played.now)]
    assert told == [
        ("no_instance", "Nobody.", 2000), ("agent_busy", "1 is busy.", 3000), ("agent_busy", "2 are busy.", 3000),
    ]  # fmt: skip


def test_a_step_that_is_due_again_and_waits_for_an_agent_says_that():
    drawn = graph(start(), agent("a", retry={"attempts": 2, "initial_s": 10, "jitter": 0}), edges="start>a")
    played = Player(drawn)
    played.reply(*played.dispatch(), CallError("busy", "later", retryable=True))
    assert [reason.code for reason in played.run.reasons(played.now)] == ["retry"]
    played.now += 10_000
    (call,) = played.run.pending_calls(played.now)
    played.record(played.run.waiting(call, "no_instance", "Nobody.", played.now))
    assert [(reason.code, reason.message) for reason in played.run.reasons(played.now)] == [("no_instance", "Nobody.")]
