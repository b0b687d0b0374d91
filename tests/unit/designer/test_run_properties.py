"""For any graph and any answers: a run ends, once; a replay of its log is the same run; any prefix can be resumed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.domain.calls import CallError
from designer.domain.compact import compact
from designer.domain.fork import forked, retried
from designer.domain.plan import compile_plan
from designer.domain.run import Run
from tests.unit.designer.play import Player, agent, graph, start

KINDS = [
    "agent", "agent", "condition", "any", "all", "map", "transform", "loop", "wait", "approval", "signal", "workflow",
    "plan", "saga", "map of sagas",
]  # fmt: skip
SUBPLAN = compile_plan(
    graph(start(), agent("in_a"), agent("in_b"), agent("in_c"), edges="start>in_a in_a>in_b in_b>in_c")
)
MADE = {"nodes": [start(), agent("made")], "edges": [{"source": "start", "target": "made"}]}


def more_nodes(draw, kind, name):
    on_error = {"action": draw(st.sampled_from(["fail", "continue", "branch"]))}
    if kind == "loop":
        condition = f"${{index < {draw(st.integers(0, 3))}}}"
        return [
            {"kind": "loop", "id": name, "condition": condition, "on_error": on_error},
            agent(f"{name}_x", parent=name, input={"last": "${last}"}),
            agent(f"{name}_y", parent=name),
        ]
    if kind == "map of sagas":
        failure = draw(st.sampled_from(["fail", "collect"]))
        items = list(range(draw(st.integers(0, 3))))
        return [
            {"kind": "map", "id": name, "items": items, "failure": failure, "concurrency": draw(st.integers(1, 2))},
            agent(f"{name}_x", parent=name),
            agent(f"{name}_y", parent=name),
            agent(f"{name}_undo", parent=name),
        ]
    if kind == "saga":
        return [agent(name, on_error=on_error), agent(f"{name}_undo", retry={"attempts": 2})]
    more = {
        "wait": {"seconds": draw(st.sampled_from([0, 5]))},
        "approval": {"on_error": on_error},
        "signal": {"name": draw(st.sampled_from(["x", "y"]))},
        "workflow": {"version_id": "sub", "on_error": on_error},
        "plan": {"instruction": "do", "approve": draw(st.booleans()), "on_error": on_error},
    }[kind]
    return [{"kind": kind, "id": name, **more}]


def more_edges(nodes):
    ids = {node["id"] for node in nodes}
    lines = [f"{name[:-2]}_x>{name[:-2]}_y" for name in ids if name.endswith("_x")]
    undone = [(name.removesuffix("_undo"), name) for name in ids if name.endswith("_undo")]
    return lines + [f"{base if base + '_x' not in ids else base + '_x'}:compensate>{undo}" for base, undo in undone]


@st.composite
def drawings(draw):
    count = draw(st.integers(1, 7))
    nodes = [start()]
    for index in range(count):
        kind = draw(st.sampled_from(KINDS))
        name = f"n{index}"
        if kind == "agent":
            action = draw(st.sampled_from(["fail", "continue", "branch"]))
            nodes.append(agent(name, on_error={"action": action}, retry={"attempts": draw(st.integers(1, 3))}))
        elif kind == "condition":
            nodes.append(
                {"kind": "condition", "id": name, "expression": draw(st.sampled_from(["${true}", "${false}"]))}
            )
        elif kind == "transform":
            nodes.append({"kind": "transform", "id": name, "output": "${input}"})
        elif kind == "map":
            failure = draw(st.sampled_from(["fail", "collect"]))
            items = list(range(draw(st.integers(0, 4))))
            nodes += [
                {"kind": "map", "id": name, "items": items, "failure": failure, "concurrency": draw(st.integers(1, 3))},
                agent(f"{name}_x", parent=name),
                agent(f"{name}_y", parent=name),
            ]
        elif kind in ("any", "all"):
            nodes.append({"kind": "join", "id": name, "mode": kind})
        else:
            nodes += more_nodes(draw, kind, name)
    edges = more_edges(nodes)
    for target in range(count):
        sources = draw(st.sets(st.integers(-1, target - 1), min_size=1, max_size=3))
        for source in sorted(sources):
            port = draw(st.sampled_from(["out", "out", "true", "false", "error"]))
            edges.append(f"start>n{target}" if source < 0 else f"n{source}:{port}>n{target}")
    return graph(*nodes, edges=" ".join(edges))


answers = st.lists(st.sampled_from(["ok", "ok", "ok", "bad", "busy", "node_lost"]), min_size=1, max_size=30)


def answering(script):
    position = iter(range(10**9))

    def answer(call):
        outcome = script[next(position) % len(script)]
        if outcome == "ok" and call.agent == "planner":
            return {"graph": MADE}
        return {"v": call.step} if outcome == "ok" else CallError(outcome, outcome, retryable=outcome != "bad")

    return answer


def playing(drawn, script):
    approve = lambda step: len(script) % 2 == 0  # noqa: E731
    return Player(drawn, answer=answering(script), subplans={"sub": SUBPLAN}, approve=approve)


def picture(run: Run):
    steps = {step: (state.status, state.output, state.attempt) for step, state in run.steps.items()}
    return steps, run.outcome, run.output, run.steps_done


@settings(max_examples=300, deadline=None)
@given(drawings(), answers)
def test_it_ends_once_and_replays_the_same(drawn, script):
    played = playing(drawn, script).play()
    kinds = played.kinds()
    assert sum(kind in ("RunCompleted", "RunFailed", "RunCancelled") for kind in kinds) == 1
    assert kinds[-1] in ("RunCompleted", "RunFailed")
    completed = [event.step for _, event in played.log if type(event).__name__ == "StepCompleted"]
    assert len(completed) == len(set(completed))
    assert picture(played.replayed()) == picture(played.run)


@settings(max_examples=200, deadline=None)
@given(drawings(), answers, st.integers(1, 40), st.integers(0, 3))
def test_any_prefix_of_the_log_can_be_taken_over(drawn, script, cut, order):
    first = playing(drawn, script).play()
    second = playing(drawn, script)
    second.log = first.log[: min(cut, len(first.log))]
    second.run = second.replayed()
    second.now = first.now
    for step in sorted(second.run.in_flight, reverse=bool(order % 2)):
        flight = second.run.in_flight[step]
        call = next(call for call in first.calls if call.call_id == flight.call_id)
        second.reply(call, second.answer(call))
    if not second.run.terminal:
        second.play()
    completed = [event.step for _, event in second.log if type(event).__name__ == "StepCompleted"]
    assert len(completed) == len(set(completed))
    assert picture(second.replayed()) == picture(second.run)


def state_of(run: Run):
    """What decides how a run goes on: its open steps, and what its finished steps outside finished containers gave."""
    steps = {
        step: (state.status, state.output, state.attempt if state.status in ("running", "retrying") else 0)
        for step, state in run.steps.items()
        if not run.steps[step].scope.owner
    }
    return steps, run.output, sorted(run.flights), sorted(run.retries), sorted(run.suspended), run.undoable, run.status


@settings(max_examples=300, deadline=None)
@given(drawings(), answers, st.integers(1, 40))
def test_a_compact_log_goes_on_as_the_long_one(drawn, script, cut):
    first = playing(drawn, script).play()
    records = first.records()[:cut]
    begun = first.resumed([record.event for record in records])
    if begun.run.terminal or begun.run.stopping:
        return
    short = first.resumed(compact(first.plan, records))
    assert len(short.log) <= len(records)
    begun.record(begun.run.advance(begun.now))
    short.record(short.run.advance(short.now))
    assert state_of(short.run) == state_of(begun.run)
    for other in (begun, short):
        other.answer = lambda call: {"graph": MADE} if call.agent == "planner" else {"v": call.step}
        for step in sorted(other.run.in_flight):
            call_id = other.run.in_flight[step].call_id
            call = next(call for call in first.calls if call.call_id == call_id)
            other.reply(call, other.answer(call))
        if not other.run.terminal:
            other.play()
    assert begun.run.output == short.run.output
    assert type(begun.run.outcome) is type(short.run.outcome)


@settings(max_examples=300, deadline=None)
@given(drawings(), answers, st.integers(1, 40))
def test_a_fork_calls_nothing_again_that_had_ended_well(drawn, script, cut):
    first = playing(drawn, script).play()
    records = first.records()
    undone = next((seq for seq, kind in enumerate(first.kinds(), 1) if kind == "CompensationStarted"), len(records))
    seq = min(cut, undone - 1, len(records) - 1)
    again = first.resumed(forked(first.plan, records, seq))
    kept = {event.step for _, event in again.log if type(event).__name__ == "StepCompleted"}
    before = {r.event.step for r in records[:seq] if type(r.event).__name__ == "StepCompleted"}
    assert kept == before
    again.answer = lambda call: {"graph": MADE} if call.agent == "planner" else {"v": call.step}
    if not again.run.terminal:
        again.play()
    assert not kept & {call.step for call in again.calls if not again.run.steps[call.step].undoes}
    assert picture(again.replayed()) == picture(again.run)


@settings(max_examples=300, deadline=None)
@given(drawings(), answers)
def test_retry_from_failed_brings_every_run_to_a_good_end(drawn, script):
    first = playing(drawn, script).play()
    if first.run.status != "failed":
        return
    again = first.resumed(retried(first.plan, first.records()))
    again.answer = lambda call: {"graph": MADE} if call.agent == "planner" else {"v": call.step}
    again.approve = lambda step: True
    again.play()
    assert again.run.status == "completed"
