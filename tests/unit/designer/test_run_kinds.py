"""What each kind of node does in a run: loops, inner workflows, plans, waits, people, signals, compensation."""

import pytest

from agents.domain.calls import CallError
from designer.domain import commands as asked
from designer.domain.graph import Graph
from designer.domain.plan import compile_plan
from tests.unit.designer.play import Player, agent, graph, start


def loop(**more):
    return {"kind": "loop", "id": "loop", "condition": "${index < 3}", **more}


def test_a_loop_goes_on_while_its_condition_holds_and_hands_the_last_output_on():
    drawn = graph(
        start(),
        loop(condition="${last == null || last.n < 3}", output={"n": "${steps.add.n}"}),
        agent("add", parent="loop", input={"n": "${last == null ? 1 : last.n + 1}"}),
        {"kind": "end", "id": "end", "output": {"all": "${steps.loop}"}},
        edges="start>loop loop>end",
    )
    played = Player(drawn).play()
    assert played.run.output == {"all": {"iterations": 3, "last": {"n": 3}}}
    assert [call.step for call in played.calls] == ["loop[0]/add", "loop[1]/add", "loop[2]/add"]


def test_a_loop_that_never_ends_is_stopped():
    drawn = graph(start(), loop(condition="${true}", max_iterations=4), agent("a", parent="loop"), edges="start>loop")
    played = Player(drawn).play()
    assert played.run.outcome.error.code == "too_many_iterations"
    assert len(played.calls) == 4


def test_a_failed_iteration_fails_the_loop_at_its_own_on_error():
    drawn = graph(
        start(),
        loop(on_error={"action": "branch"}),
        agent("a", parent="loop"),
        agent("repair"),
        edges="start>loop loop:error>repair",
    )
    played = Player(drawn, answer=lambda call: CallError("bad", "no") if call.agent == "a" else {}).play()
    assert played.run.status == "completed"
    assert played.statuses()["repair"] == "completed"


INNER = compile_plan(
    graph(
        start(schema={"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}),
        agent("double", input={"n": "${input.n * 2}"}),
        {"kind": "end", "id": "end", "output": {"n": "${steps.double.n}"}},
        edges="start>double double>end",
    )
)


def outer(value="${input.n}", **more):
    node = {"kind": "workflow", "id": "sub", "workflow": "double", "version_id": "v9", "input": {"n": value}, **more}
    end = {"kind": "end", "id": "end", "output": {"n": "${steps.sub.n}"}}
    return graph(start(), node, end, edges="start>sub sub>end")


def test_another_workflow_runs_inside_a_step():
    played = Player(outer(), {"n": 4}, subplans={"v9": INNER}).play()
    assert played.run.output == {"n": 8}
    assert [call.step for call in played.calls] == ["sub/double"]
    assert (played.run.steps_done, played.run.steps_total) == (4, 4)


def test_an_inner_workflow_fails_its_step_and_refuses_a_wrong_input():
    played = Player(outer(), {"n": 4}, subplans={"v9": INNER}, answer=lambda call: CallError("bad", "no")).play()
    assert played.run.outcome.error.code == "bad"
    assert played.run.outcome.step == "sub"
    played = Player(outer("four"), {"n": 4}, subplans={"v9": INNER}).play()
    assert played.run.outcome.error.code == "invalid_input"
    assert Player(outer(), {"n": 4}).play().run.outcome.error.code == "version_unusable"


def test_a_large_value_goes_into_an_inner_workflow_by_reference():
    inner = compile_plan(
        graph(
            start(schema={"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]}),
            agent("read", input={"text": "${input.text}"}),
            edges="start>read",
        )
    )
    node = {"kind": "workflow", "id": "sub", "version_id": "v9", "input": {"text": "${input.text + input.text}"}}
    drawn = graph(
        start(), {"kind": "transform", "id": "t", "output": {"text": "${input.text}"}}, node, edges="start>t t>sub"
    )
    played = Player(drawn, {"text": "x" * 50_000}, subplans={"v9": inner}).play()
    assert played.run.status == "completed"
    assert "$artifact" in played.calls[0].input["text"]
    node["input"] = {"text": {"$artifact": {"digest": "sha256:0", "media_type": "text/csv"}}}
    again = Player(graph(start(), node, edges="start>sub"), {}, subplans={"v9": inner}).play()
    assert again.run.outcome.error.code == "invalid_input"


PLANNED = {
    "nodes": [start(), agent("work", input={"x": "${input.x}"}), {"kind": "end", "id": "end", "output": {"y": 7}}],
    "edges": [{"source": "start", "target": "work"}, {"source": "work", "target": "end"}],
}


def planning(**more) -> Graph:
    node = {"kind": "plan", "id": "plan", "instruction": "do ${input.what}", "input": {"x": 1}, **more}
    return graph(
        start(), node, {"kind": "end", "id": "end", "output": {"y": "${steps.plan.y}"}}, edges="start>plan plan>end"
    )


def planner(call):
    return {"graph": PLANNED, "explanation": "because"} if call.agent == "planner" else call.input


def test_a_plan_is_made_and_run_inside_its_step():
    played = Player(planning(), {"what": "it"}, answer=planner).play()
    assert played.run.output == {"y": 7}
    assert played.calls[0].input == {"instruction": "do it", "inputs": {"x": 1}}
    assert played.calls[1].step == "plan/work"
    assert played.calls[1].input == {"x": 1}


def test_a_plan_may_need_a_person_and_must_be_sound():
    assert Player(planning(approve=True), {"what": "it"}, answer=planner).play().run.output == {"y": 7}
    refused = Player(planning(approve=True), {"what": "it"}, answer=planner, approve=lambda step: False).play()
    assert refused.run.outcome.error.code == "plan_rejected"
    unsound = Player(planning(), {"what": "it"}, answer=lambda call: {"graph": {"nodes": []}}).play()
    assert unsound.run.outcome.error.code == "bad_plan"


def test_a_wait_lasts_its_time_and_parks_the_run():
    played = Player(graph(start(), {"kind": "wait", "id": "w", "seconds": "${input.s}"}, edges="start>w"), {"s": 90})
    played.dispatch()
    assert played.run.parkable
    assert played.run.status == "waiting"
    assert played.run.next_timer == played.now + 90_000
    (reason,) = played.run.reasons(played.now)
    assert (reason.code, reason.message) == ("timer", "Waiting until 00:01:31 UTC.")
    assert played.run.reasons(played.now - 86_400_000)[0].message == "Waiting until 1970-01-01 00:01:31 UTC."
    played.play()
    assert played.now == 91_000


@pytest.mark.parametrize(
    ("wait", "code"),
    [
        ({"seconds": -1}, "not_a_duration"),
        ({"seconds": "soon"}, "not_a_duration"),
        ({}, "not_a_duration"),
        ({"seconds": 1e12}, "not_a_duration"),
        ({"until": "tomorrow"}, "not_a_moment"),
    ],
)
def test_a_wait_without_a_sensible_end_fails(wait, code):
    played = Player(graph(start(), {"kind": "wait", "id": "w", **wait}, edges="start>w")).play()
    assert played.run.outcome.error.code == code


def test_a_wait_until_a_moment_that_has_passed_does_not_wait():
    drawn = graph(start(), {"kind": "wait", "id": "w", "until": "1970-01-01T01:00:00+01:00"}, edges="start>w")
    played = Player(drawn).play()
    assert played.now == 1000


def approving(**more):
    node = {"kind": "approval", "id": "ok", "message": "Pay ${input.n}?", **more}
    return graph(start(), node, agent("yes"), agent("no"), edges="start>ok ok:approved>yes ok:rejected>no")


def test_people_approve_or_reject():
    played = Player(approving(), {"n": 5}).play()
    assert [call.step for call in played.calls] == ["yes"]
    assert played.run.steps["ok"].output["approved"] is True
    played = Player(approving(), {"n": 5}, approve=lambda step: False).play()
    assert [call.step for call in played.calls] == ["no"]


def test_two_approvals_need_two_people():
    played = Player(approving(needed=2, approvers=["ana", "bo"]), {"n": 5})
    played.dispatch()
    played.command(asked.Decide("ana", step="ok", approved=True))
    (refused,) = played.command(asked.Decide("ana", step="ok", approved=True))
    assert refused.message == "ana has decided already."
    assert "1 of 2" in played.run.reasons(played.now)[0].message
    played.command(asked.Decide("bo", "fine", step="ok", approved=True, data={"a": 1}))
    played.play()
    assert played.run.steps["ok"].output == {"approved": True, "by": "bo", "comment": "fine", "data": {"a": 1}}


def test_nobody_decides_in_time():
    played = Player(approving(timeout_s=60, on_error={"action": "branch"}), {"n": 5})
    played.dispatch()
    played.now += 60_000
    played.record(played.run.advance(played.now))
    assert played.run.steps["ok"].error.code == "timed_out"
    assert played.run.status == "completed"


def awaiting(**more):
    return graph(
        start(),
        agent("before"),
        {"kind": "signal", "id": "sig", "name": "paid", **more},
        {"kind": "end", "id": "end", "output": {"got": "${steps.sig}"}},
        edges="start>before before>sig sig>end",
    )


def test_a_signal_is_taken_by_the_step_that_waits_even_when_it_came_early():
    played = Player(awaiting())
    (call,) = played.dispatch()
    played.command(asked.Signal("shop", name="paid", data=1))
    played.reply(call, {})
    played.play()
    assert played.run.output == {"got": {"data": 1, "by": "shop", "key": ""}}
    assert not played.run.signals


def test_two_steps_that_wait_for_one_early_signal_share_it_with_the_next():
    both = ({"kind": "signal", "id": name, "name": "paid"} for name in ("one", "two"))
    played = Player(graph(start(), agent("a"), *both, edges="start>a a>one a>two"))
    (call,) = played.dispatch()
    played.command(asked.Signal("shop", name="paid", data=1))
    played.reply(call, {})
    played.record(played.run.advance(played.now))
    assert played.statuses() == {"a": "completed", "one": "completed", "two": "suspended"}
    assert played.replayed().status == played.run.status == "waiting"
    played.command(asked.Signal("shop", name="paid", data=2))
    played.record(played.run.advance(played.now))
    assert (played.run.status, played.run.steps["two"].output["data"]) == ("completed", 2)


def test_a_signal_with_another_key_is_not_for_this_step():
    played = Player(awaiting(key="${input.order}"), {"order": "o1"})
    (call,) = played.dispatch()
    played.reply(call, {})
    played.dispatch()
    played.command(asked.Signal("shop", name="paid", key="o2"))
    played.record(played.run.advance(played.now))
    assert played.run.status == "waiting"
    played.command(asked.Signal("shop", name="paid", key="o1"))
    played.record(played.run.advance(played.now))
    assert played.run.status == "completed"


def test_a_repeated_command_is_followed_once():
    played = Player(awaiting())
    played.dispatch()
    command = asked.Signal("shop", name="paid")
    assert played.run.command("5-1", command, played.now)
    assert played.run.command("5-1", command, played.now) == []
    assert played.run.command("5-0", command, played.now) == []
    assert played.run.command("10-0", command, played.now)


def test_a_paused_run_starts_nothing_until_it_is_resumed():
    played = Player(graph(start(), agent("a"), agent("b"), edges="start>a a>b"))
    (call,) = played.dispatch()
    played.command(asked.Pause("ana", "look"))
    played.reply(call, {})
    assert played.dispatch() == []
    assert played.run.parkable
    assert played.run.status == "paused"
    assert played.run.reasons(played.now)[0].message == "Paused by ana: look."
    assert played.replayed().status == "paused"
    played.command(asked.Resume("ana"))
    assert played.play().run.status == "completed"


def test_a_queued_run_waits_for_its_turn():
    played = Player(graph(start(), agent("a"), edges="start>a"))
    played.record(played.run.queue("k", 1, played.now))
    assert played.dispatch() == []
    assert played.run.status == "queued"
    played.command(asked.Admit())
    assert played.play().run.status == "completed"


def test_terminate_ends_at_once_and_undoes_nothing():
    played = Player(saga())
    played.dispatch()
    played.command(asked.Terminate("ana", "enough"))
    assert played.run.status == "terminated"
    assert "CompensationStarted" not in played.kinds()


def saga(**more):
    return graph(
        start(),
        agent("reserve"),
        agent("charge"),
        agent("ship", **more),
        agent("release", retry={"attempts": 2}),
        agent("refund"),
        edges="start>reserve reserve>charge charge>ship reserve:compensate>release charge:compensate>refund",
    )


def test_a_failed_run_undoes_its_finished_steps_in_reverse_order():
    played = Player(saga(), answer=lambda call: CallError("bad", "no") if call.agent == "ship" else {}).play()
    assert [call.step for call in played.calls] == ["reserve", "charge", "ship", "refund", "release"]
    assert played.run.outcome.compensation == "done"
    assert played.statuses()["charge"] == "compensated"
    assert played.run.outcome.step == "ship"


def test_a_handler_is_retried_and_one_that_fails_does_not_stop_the_others():
    def answer(call):
        if call.agent == "release" and call.attempt == 1:
            return CallError("busy", "later", retryable=True)
        return CallError("bad", "no") if call.agent in ("ship", "refund") else {}

    played = Player(saga(), answer=answer).play()
    assert played.run.outcome.compensation == "incomplete"
    assert played.statuses()["reserve"] == "compensated"
    assert played.statuses()["charge"] == "completed"


def test_cancel_undoes_too_and_cannot_be_asked_again_meanwhile():
    played = Player(saga())
    for _ in range(2):
        (call,) = played.dispatch()
        played.reply(call, {})
    (ship,) = played.dispatch()
    played.command(asked.Cancel("ana", "stop"))
    played.reply(ship, CallError("cancelled", "stopped"))
    (refund,) = played.dispatch()
    assert refund.step == "refund"
    assert played.run.status == "compensating"
    (refused,) = played.command(asked.Cancel("ana"))
    assert refused.kind == "cancel"
    assert not played.run.unneeded
    played.record(played.run.stop_in_flight(played.now))
    played.reply(refund, {})
    played.play()
    assert (played.run.status, played.run.outcome.compensation) == ("cancelled", "done")


def test_steps_inside_a_failed_map_are_undone_each():
    drawn = graph(
        start(),
        {"kind": "map", "id": "each", "items": [1, 2, 3], "concurrency": 1},
        agent("do", parent="each", input={"n": "${item}"}),
        agent("undo", parent="each", input={"n": "${item}", "was": "${steps.do}"}),
        edges="start>each do:compensate>undo",
    )
    answer = lambda call: CallError("bad", "no") if call.agent == "do" and call.input["n"] == 3 else call.input  # noqa: E731
    played = Player(drawn, answer=answer).play()
    assert [call.step for call in played.calls][-2:] == ["each[1]/undo", "each[0]/undo"]
    assert played.calls[-1].input == {"n": 1, "was": {"n": 1}}


def test_an_inner_workflow_may_be_the_handler():
    drawn = graph(
        start(),
        agent("do"),
        agent("fail"),
        {"kind": "workflow", "id": "undo", "workflow": "double", "version_id": "v9", "input": {"n": 2}},
        edges="start>do do>fail do:compensate>undo",
    )
    answer = lambda call: CallError("bad", "no") if call.agent == "fail" else call.input  # noqa: E731
    played = Player(drawn, subplans={"v9": INNER}, answer=answer).play()
    assert played.calls[-1].step == "undo/double"
    assert played.run.outcome.compensation == "done"


def test_a_container_that_takes_too_long_is_stopped_inside():
    drawn = graph(
        start(),
        {
            "kind": "map",
            "id": "each",
            "items": [1],
            "timeout_s": 5,
            "on_error": {"action": "continue", "default": "late"},
        },
        agent("slow", parent="each"),
        {"kind": "end", "id": "end", "output": {"got": "${steps.each}"}},
        edges="start>each each>end",
    )
    played = Player(drawn)
    (call,) = played.dispatch()
    assert played.run.next_timer == played.now + 5000
    played.now += 5000
    played.record(played.run.advance(played.now))
    assert [flight.step for flight in played.run.unneeded] == ["each[0]/slow"]
    played.reply(call, CallError("cancelled", "stopped"))
    played.play()
    assert played.run.output == {"got": "late"}


def test_a_run_whose_time_is_over_fails_in_order():
    played = Player(saga())
    (call,) = played.dispatch()
    played.reply(call, {})
    played.record(played.run.expire("Too long.", played.now))
    played.play()
    assert played.run.outcome.error.code == "run_too_long"
    assert [call.step for call in played.calls][-1] == "release"


def test_a_refused_call_is_a_failed_attempt_that_may_be_tried_again():
    drawn = graph(
        start(),
        {"kind": "intent", "id": "i", "goal": "translate ${input.x}", "input": {"a": 1}, "retry": {"attempts": 2}},
        edges="start>i",
    )
    played = Player(drawn, {"x": "this"})
    played.record(played.run.advance(played.now))
    (call,) = played.run.pending_calls(played.now)
    assert (call.intent.goal, call.input, call.attempt) == ("translate this", {"a": 1}, 1)
    played.record(played.run.refuse(call, CallError("no_bid", "nobody", retryable=True), played.now))
    played.now = played.run.next_timer
    (again,) = played.run.pending_calls(played.now)
    assert (again.intent.goal, again.input, again.attempt) == ("translate this", {"a": 1}, 2)
    played.record(played.run.refuse(again, CallError("no_bid", "nobody", retryable=True), played.now))
    assert played.play().run.outcome.error.code == "no_bid"


def test_a_cached_answer_needs_no_call():
    drawn = graph(start(), agent("a", cache={"ttl_s": 60, "key": "${input.k}"}), edges="start>a")
    played = Player(drawn, {"k": "x"})
    played.record(played.run.advance(played.now))
    (call,) = played.run.pending_calls(played.now)
    assert (call.cache.ttl_s, call.cache_key) == (60, "x")
    played.record(played.run.cached(call, {"v": 1}, played.now))
    assert played.play().run.steps["a"].output == {"v": 1}
    assert played.calls == []


@pytest.mark.parametrize(
    "node",
    [
        {"kind": "wait", "id": "x", "seconds": 1, "on_error": {"action": "nothing"}},
        {"kind": "map", "id": "x", "items": [1], "concurrency": 10**9},
        {"kind": "loop", "id": "x", "condition": "${true}", "max_iterations": 10**9},
        {"kind": "approval", "id": "x", "timeout_s": 1e308},
        {"kind": "agent", "id": "x", "agent": "a", "retry": {"attempts": 10**9, "initial_s": 0}},
    ],
)
def test_a_plan_keeps_to_the_limits_of_workflows(node):
    inside = [] if node["kind"] not in ("map", "loop") else [agent("y", parent="x")]
    made = {"nodes": [start(), node, *inside], "edges": [{"source": "start", "target": "x"}]}
    played = Player(
        graph(start(), {"kind": "plan", "id": "p", "instruction": "do"}, edges="start>p"),
        answer=lambda call: {"graph": made},
    ).play()
    assert played.run.outcome.error.code == "bad_plan"


def test_a_wait_until_the_end_of_time_fails_its_step():
    wait = {"kind": "wait", "id": "x", "until": "${ input.until }"}
    for until in ("9999-12-31T23:59:59-12:00", "9999-01-01", "0001-01-01T00:00:00+14:00"):
        played = Player(graph(start(), wait, edges="start>x"), {"until": until}).play()
        assert (played.run.outcome.error.code, played.run.outcome.step) == ("not_a_moment", "x")


def test_loops_in_loops_come_in_bounded_portions():
    """Nothing else runs in a worker while a run advances, and its events are written only afterwards."""
    outer = {"kind": "loop", "id": "outer", "condition": "${ index < 10000 }", "max_iterations": 10000}
    inner = {"kind": "loop", "id": "inner", "parent": "outer", "condition": "${ index < 30 }", "max_iterations": 10000}
    step = {"kind": "transform", "id": "t", "parent": "inner", "output": 1}
    played = Player(graph(start(), outer, inner, step, edges="start>outer"))
    for _ in range(5):
        events = played.run.advance(played.now)
        played.record(events)
        assert 1000 <= len(events) < 1100
        assert played.run.unfinished
        assert not played.run.parkable
    assert played.replayed().steps.keys() == played.run.steps.keys()
