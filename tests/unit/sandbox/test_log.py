"""The log of an instance: bounded in every way, and nothing in it moves a terminal."""

from pathlib import Path

import msgspec
import pytest

from agents.node import instance_log as log
from agents.node.instance_log import InstanceLog


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(log, "monotonic", lambda: now[0])
    return now


def test_lines_are_numbered_and_read_on(clock: list[float]) -> None:
    one = InstanceLog()
    for number in range(5):
        one.write("stdout", f"line {number}")
    assert [(line.seq, line.text) for line in one.after(0, 2)] == [(1, "line 0"), (2, "line 1")]
    assert [line.seq for line in one.after(2)] == [3, 4, 5]
    assert one.after(5) == []
    assert one.after(99) == []
    assert one.after(0, 0) == []
    assert InstanceLog().after(0) == []


def test_what_is_more_than_allowed_is_counted_not_kept(clock: list[float]) -> None:
    one = InstanceLog()
    for number in range(log.BURST + 30):
        one.write("stdout", str(number))
    one.write("system", "the node speaks")
    assert [line.text for line in one.after(one.last - 2)] == [
        "30 lines dropped: more than 200 a second",
        "the node speaks",
    ]
    clock[0] += 0.125
    for number in range(30):
        one.write("stderr", str(number))
    assert one.after(one.last - 1)[0].text == "24"
    assert one.after(0, 9999)[-1].text == "5 lines dropped: more than 200 a second"


def test_only_the_newest_are_kept(clock: list[float]) -> None:
    one = InstanceLog()
    for number in range(log.LINES_MAX + 10):
        clock[0] += 1
        one.write("stdout", str(number))
    kept = one.after(0, 99_999)
    assert (len(kept), kept[0].text, one.last) == (log.LINES_MAX, "10", log.LINES_MAX + 10)
    for _ in range(600):
        clock[0] += 1
        one.write("stdout", "x" * 10_000)
    kept = one.after(0, 99_999)
    assert sum(len(line.text) for line in kept) <= log.BYTES_MAX
    assert len(kept[-1].text) == log.TEXT_MAX + 1


def test_control_characters_are_written_out() -> None:
    one = InstanceLog()
    one.write("stdout", "\x1b[2Jgone\ttab \u202ereversed 中文")
    assert one.after(0)[0].text == "\\x1b[2Jgone\ttab \\x202ereversed 中文"


def test_the_file_has_them_too_and_turns_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    monkeypatch.setattr(log, "FILE_BYTES", 2_000)
    file = tmp_path / "deep" / "log.jsonl"
    one = InstanceLog(file)
    for number in range(100):
        one.write("stdout", f"line {number}")
    one.close()
    last = msgspec.json.decode(file.read_text().splitlines()[-1], type=log.LogLine)
    assert last.text == "line 99"
    assert len([*file.parent.iterdir()]) == log.FILES + 1
    one.write("system", "still in memory")
    assert one.after(one.last - 1)[0].text == "still in memory"


def test_a_disk_that_is_full_stops_nothing(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    file.mkdir()
    one = InstanceLog(file)
    one.write("stdout", "kept")
    assert one.after(0)[0].text == "kept"
