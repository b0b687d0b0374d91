"""Whatever is asked of a run stands in its log with who asked and why, also what was refused, also after going on."""

import msgspec
import pytest

from designer.domain import commands as asked
from designer.domain import events as ev
from designer.domain.compact import compact
from tests.unit.designer.play import Player, graph, start

ASKED = {"by": "ada", "reason": "The bank called."}


@pytest.fixture
def played():
    drawn = graph(
        start(),
        {"kind": "approval", "id": "ask", "message": "?"},
        {"kind": "signal", "id": "paid", "name": "paid"},
        edges="start>ask ask:approved>paid",
    )
    made = Player(drawn)
    made.dispatch()
    return made


def why(event):
    return (event.by, event.comment if isinstance(event, ev.ApprovalGiven) else event.reason)


@pytest.mark.parametrize(
    "command",
    [
        asked.Pause(**ASKED),
        asked.Cancel(**ASKED),
        asked.Terminate(**ASKED),
        asked.Signal(**ASKED, name="paid", data=1),
        asked.Decide(**ASKED, step="ask", approved=True),
        asked.Resume(**ASKED),
        asked.Decide(**ASKED, step="paid", approved=True),
    ],
    ids=lambda command: type(command).__name__,
)
def test_every_command_leaves_who_and_why(played, command):
    event = played.command(command)[0]
    assert why(event) == ("ada", "The bank called.")


def test_a_run_that_goes_on_as_another_says_who_wanted_that(played):
    (event,) = played.run.continue_as("r2", "Long log", played.now, "ada")
    assert (event.by, event.reason) == ("ada", "Long log")


def test_the_next_log_keeps_why_a_signal_was_sent(played):
    played.command(asked.Signal(**ASKED, name="paid"))
    (kept,) = [event for event in compact(played.plan, played.records()) if isinstance(event, ev.SignalReceived)]
    assert (kept.by, kept.reason, kept.command) == ("ada", "The bank called.", "")


def test_logs_of_before_are_read_as_they_were():
    old = b'{"type":"signal_received","name":"paid","by":"ada","command":"1-0"}'
    assert msgspec.json.decode(old, type=ev.Event) == ev.SignalReceived("paid", by="ada", command="1-0")
    old = b'{"type":"run_continued","next_run_id":"r2","reason":"Long"}'
    assert msgspec.json.decode(old, type=ev.Event) == ev.RunContinued("r2", "Long")
    assert msgspec.json.encode(ev.RunContinued("r2", "Long")) == old
