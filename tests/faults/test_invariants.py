"""Each invariant catches what breaks it: a sound history, taken from a run of the mix, is spoilt in every way."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from typing import Final

import msgspec
import pytest

from agentcluster.streams.entries import Entry
from agents.domain.calls import CallError
from designer.domain import events as ev
from tests.faults import checker
from tests.faults.checker import History, Story
from tests.faults.lab import Fault, Lab


def _nothing(lab: Lab, run_ids: list[str]) -> float:
    return 0.0


def _completed(history: History) -> Story:
    return next(story for story in history.stories if story.kind is not None and story.kind.name == "line")


def _of_kind(history: History, name: str) -> Story:
    return next(story for story in history.stories if story.kind is not None and story.kind.name == name)


def _leave_open(history: History) -> None:
    _completed(history).records.pop()


def _lose_an_entry(history: History) -> None:
    story = _completed(history)
    del story.entries[3], story.records[3]


def _write_as_a_stale_owner(history: History) -> None:
    records = _completed(history).records
    records[0] = msgspec.structs.replace(records[0], epoch=99)


def _forge_an_entry(history: History) -> None:
    story = _completed(history)
    story.entries[2] = Entry(3, story.entries[2].data + b" ")


def _record_a_step_twice(history: History) -> None:
    story = _completed(history)
    story.records.append(next(record for record in story.records if isinstance(record.event, ev.StepCompleted)))


def _run_a_call_twice(history: History) -> None:
    call = next(call for call in history.ledger.executions if call.startswith(_completed(history).run_id))
    history.ledger.executions[call] += 1


def _double_an_effect(history: History) -> None:
    history.ledger.once[f"{_completed(history).run_id}/first"] += 1


def _lose_an_effect(history: History) -> None:
    del history.ledger.every[f"{_completed(history).run_id}/left"]


def _show_something_else(history: History) -> None:
    row = _completed(history).row
    assert row is not None
    row.steps_done += 1


def _end_otherwise_in_redis(history: History) -> None:
    story = _completed(history)
    assert story.meta is not None
    story.meta = replace(story.meta, status="open")


def _miss_an_event(history: History) -> None:
    next(iter(history.seen.values())).pop(1)


def _leave_a_timer(history: History) -> None:
    history.left["runs:timers"] = 1


def _swallow_poison(history: History) -> None:
    history.poison += 1


def _undo_half(history: History) -> None:
    records = _of_kind(history, "saga").records
    end = ev.RunFailed(CallError("not_yet", ""), compensation="incomplete")
    records[-1] = msgspec.structs.replace(records[-1], event=end)


def _fail_often(history: History) -> None:
    for story in history.stories[::2]:
        assert story.row is not None
        story.row.status = "failed" if story.row.status == "completed" else "completed"


SPOILERS: Final[dict[Callable[..., object], Callable[[History], None]]] = {
    checker.every_run_ended_once: _leave_open,
    checker.sequence_is_gapless: _lose_an_entry,
    checker.epochs_never_fall: _write_as_a_stale_owner,
    checker.hash_chain_is_whole: _forge_an_entry,
    checker.one_result_per_step: _record_a_step_twice,
    checker.calls_run_at_most_once: _run_a_call_twice,
    checker.effects_are_not_doubled: _double_an_effect,
    checker.effects_are_not_lost: _lose_an_effect,
    checker.sql_equals_the_stream: _show_something_else,
    checker.redis_agrees_about_the_end: _end_otherwise_in_redis,
    checker.viewers_saw_the_stream: _miss_an_event,
    checker.nothing_is_left: _leave_a_timer,
    checker.dead_letters_equal_the_poison: _swallow_poison,
    checker.runs_ended_as_they_should: _undo_half,
    checker.most_runs_succeed: _fail_often,
}


@pytest.mark.xdist_group("lab-0")
def test_each_invariant_catches_what_breaks_it(lab: Lab) -> None:
    outcome = lab.suffer(Fault("nothing", _nothing))
    assert not outcome.violations
    assert outcome.history.seen
    for invariant in checker.INVARIANTS:
        spoilt = _copy(outcome.history)
        SPOILERS[invariant](spoilt)
        found = {violation.invariant for violation in checker.check(spoilt)}
        assert invariant.__name__ in found, f"{invariant.__name__} has missed what it is for"  # type: ignore[attr-defined]


def _copy(history: History) -> History:
    """Return a copy that shares nothing that is spoilt."""
    stories = [
        replace(story, entries=[*story.entries], row=deepcopy(story.row), meta=story.meta) for story in history.stories
    ]
    seen = {run_id: [*records] for run_id, records in history.seen.items()}
    return replace(history, stories=stories, ledger=deepcopy(history.ledger), left={**history.left}, seen=seen)
