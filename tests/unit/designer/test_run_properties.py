"""For any graph and any answers: a run ends, once; a replay of its log is the same run; any prefix can be resumed."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agents.domain.calls import CallError
from designer.domain.run import Run
from tests.unit.designer.play import Player, agent, graph, start


@st.composite
def drawings(draw):
    count = draw(st.integers(1, 7))
    nodes = [start()]
    for index in range(count):
        kind = draw(st.sampled_from(["agent", "agent", "condition", "any", "all", "map", "transform"]))
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
        else:
            nodes.append({"kind": "join", "id": name, "mode": kind})
    edges = [f"n{i}_x>n{i}_y" for i in range(count) if any(node["id"] == f"n{i}_x" for node in nodes)]
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
        return {"v": call.step} if outcome == "ok" else CallError(outcome, outcome, retryable=outcome != "bad")

    return answer


def picture(run: Run):
    steps = {step: (state.status, state.output, state.attempt) for step, state in run.steps.items()}
    return steps, run.outcome, run.output, run.steps_done


@settings(max_examples=300, deadline=None)
@given(drawings(), answers)
def test_it_ends_once_and_replays_the_same(drawn, script):
    played = Player(drawn, answer=answering(script)).play()
    kinds = played.kinds()
    assert sum(kind in ("RunCompleted", "RunFailed", "RunCancelled") for kind in kinds) == 1
    assert kinds[-1] in ("RunCompleted", "RunFailed")
    completed = [event.step for _, event in played.log if type(event).__name__ == "StepCompleted"]
    assert len(completed) == len(set(completed))
    assert picture(played.replayed()) == picture(played.run)


@settings(max_examples=200, deadline=None)
@given(drawings(), answers, st.integers(1, 40), st.integers(0, 3))
def test_any_prefix_of_the_log_can_be_taken_over(drawn, script, cut, order):
    first = Player(drawn, answer=answering(script)).play()
    second = Player(drawn, answer=answering(script))
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
