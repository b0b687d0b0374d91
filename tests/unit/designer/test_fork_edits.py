"""An edited result that a step's way on is chosen by takes that way, or is refused; nothing contradicts itself."""

import pytest

from designer.domain import events as ev
from designer.domain.fork import forked
from designer.domain.fork_edits import Edits
from designer.domain.fork_errors import ForkError
from tests.unit.designer.play import Player, agent, graph, start

BRANCHES = graph(
    start(),
    {"kind": "condition", "id": "check", "expression": "${ input.big }"},
    agent("yes"),
    agent("yes_too"),
    agent("no"),
    agent("no_too"),
    {"kind": "join", "id": "after", "mode": "any"},
    {"kind": "end", "id": "end", "output": {"yes": "${ steps.yes }", "no": "${ steps.no }"}},
    edges="start>check check:true>yes check:false>no yes>yes_too no>no_too yes_too>after no_too>after after>end",
)


def going_on(played: Player, seq: int, **outputs) -> Player:
    """The fork after the event ``seq`` with these outputs, played to its end."""
    return played.resumed(forked(played.plan, played.records(), seq, Edits(outputs=outputs))).play()


def seq_of(played: Player, kind: type, step: str) -> int:
    return next(seq for seq, (_, event) in enumerate(played.log, 1) if isinstance(event, kind) and event.step == step)


def called(played: Player) -> list[str]:
    return [event.step for _, event in played.log if isinstance(event, ev.StepStarted)]


@pytest.fixture
def big():
    return Player(BRANCHES, {"big": True}, answer=lambda call: call.agent).play()


def test_another_result_of_a_condition_takes_the_other_branch(big):
    again = going_on(big, seq_of(big, ev.StepCompleted, "check"), check={"result": False})
    assert called(again) == ["no", "no_too"]
    assert again.run.outcome == ev.RunCompleted({"yes": None, "no": "no"})
    (edit,) = [event for _, event in again.log if isinstance(event, ev.StepCompleted) and event.step == "check"]
    assert (edit.output, edit.port) == ({"result": False}, "false")


def test_what_was_skipped_for_the_branch_is_decided_again():
    drawn = graph(
        start(),
        {"kind": "condition", "id": "check", "expression": "${ input.big }"},
        agent("no"),
        agent("no_too", run_if="${ false }"),
        edges="start>check check:false>no no>no_too",
    )
    played = Player(drawn, {"big": True}).play()
    last = seq_of(played, ev.StepSkipped, "no_too")
    again = going_on(played, last, check={"result": False})
    assert called(again) == ["no"]
    assert again.statuses()["no_too"] == "skipped"


def test_the_same_result_changes_nothing(big):
    last = len(big.log) - 1
    again = going_on(big, last, check={"result": True, "note": "by hand"})
    assert called(again) == called(big)
    assert again.run.outcome == big.run.outcome


def test_what_the_other_branch_did_already_contradicts_it(big):
    with pytest.raises(ForkError, match="contradict"):
        going_on(big, seq_of(big, ev.StepCompleted, "yes"), check={"result": False})


@pytest.mark.parametrize("result", [{"result": "no"}, {"result": 0}, {"result": None}, {}, False, None])
def test_a_result_that_is_neither_is_refused(big, result):
    with pytest.raises(ForkError, match="one of true, false") as caught:
        going_on(big, seq_of(big, ev.StepCompleted, "check"), check=result)
    assert caught.value.data["field"] == "/outputs/check/result"


def test_a_switch_takes_the_case_it_is_given():
    cases = [{"port": "a", "expression": "${ input.x == 1 }"}, {"port": "b", "expression": "${ input.x == 2 }"}]
    drawn = graph(
        start(),
        {"kind": "switch", "id": "which", "cases": cases},
        agent("one"),
        agent("two"),
        agent("other"),
        edges="start>which which:a>one which:b>two which:default>other",
    )
    played = Player(drawn, {"x": 1}).play()
    seq = seq_of(played, ev.StepCompleted, "which")
    assert called(going_on(played, seq, which={"case": "b"})) == ["two"]
    assert called(going_on(played, seq, which={"case": "default"})) == ["other"]
    with pytest.raises(ForkError, match="one of a, b, default"):
        going_on(played, seq, which={"case": "c"})


def test_an_approval_turned_down_leads_where_rejections_do():
    drawn = graph(
        start(),
        {"kind": "approval", "id": "ask", "message": "?"},
        agent("pay"),
        agent("tell"),
        edges="start>ask ask:approved>pay ask:rejected>tell",
    )
    played = Player(drawn).play()
    seq = seq_of(played, ev.StepCompleted, "ask")
    assert called(played) == ["pay"]
    assert called(going_on(played, seq, ask={"approved": False, "comment": "no"})) == ["tell"]


def test_a_branch_inside_an_iteration_follows_its_edit():
    drawn = graph(
        start(),
        {"kind": "map", "id": "each", "items": "${ input.all }"},
        {"kind": "condition", "id": "check", "parent": "each", "expression": "${ item > 1 }"},
        agent("yes", parent="each"),
        agent("no", parent="each"),
        edges="start>each check:true>yes check:false>no",
    )
    played = Player(drawn, {"all": [1, 2]}).play()
    seq = seq_of(played, ev.StepCompleted, "each[0]/check")
    assert "each[0]/yes" in called(going_on(played, seq, **{"each[0]/check": {"result": True}}))
