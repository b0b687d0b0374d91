import io
import json

import pytest

from agentcluster.up.console import NATS_SMALL_TALK, Console, parse


@pytest.mark.parametrize(
    ("process", "line", "level", "event"),
    [
        ("web", '{"event": "hi", "level": "warning", "run": "r1"}', "warning", "hi"),
        ("web", "Traceback (most recent call last):", "info", "Traceback (most recent call last):"),
        ("web", '{"not": "a record"}', "info", '{"not": "a record"}'),
        ("web", "{broken", "info", "{broken"),
        ("valkey", "7:M 21 Nov 2026 21:24:04.645 * Ready to accept", "debug", "Ready to accept"),
        ("nats", "[9] 2026/11/21 21:24:04.645 [INF] Server is ready", "debug", "Server is ready"),
        ("nats", "[9] 2026/11/21 21:24:04.645 [ERR] Disk full", "error", "Disk full"),
        ("nats", f"[9] 2026/11/21 21:24:04.645 [WRN] {NATS_SMALL_TALK}", "debug", NATS_SMALL_TALK),
    ],
)
def test_a_line_becomes_a_record_with_a_level(process: str, line: str, level: str, event: str) -> None:
    record = parse(process, line)
    assert (record["process"], record["level"], record["event"]) == (process, level, event)


def written(record: dict, **how: bool) -> str:
    out = io.StringIO()
    Console(out, **{"colour": False, "as_json": False, **how}).write(record)
    return out.getvalue()


def test_text_shows_process_level_message_fields_and_the_exception_below() -> None:
    shown = written({"process": "node", "level": "error", "event": "Call failed", "run": "r1", "exception": "A\nB"})
    first, *rest = shown.splitlines()
    assert first.endswith("node     ERROR    Call failed  run=r1")
    assert rest == ["    A", "    B"]
    assert "\033" not in shown


def test_colour_marks_process_and_level() -> None:
    assert "\033[96mnode" in written({"process": "node", "level": "info", "event": "x"}, colour=True)


def test_json_keeps_every_field_and_adds_a_time() -> None:
    record = json.loads(written({"process": "node", "level": "info", "event": "é", "run": "r1"}, as_json=True))
    assert record["event"] == "é"
    assert record["run"] == "r1"
    assert record["timestamp"].endswith("Z")


def test_small_talk_of_servers_stays_out() -> None:
    assert written({"process": "valkey", "level": "debug", "event": "x"}) == ""


def test_a_closed_terminal_is_no_error() -> None:
    class Closed(io.StringIO):
        def write(self, _text: str) -> int:
            raise BrokenPipeError

    Console(Closed(), colour=False, as_json=False).say("hello")
