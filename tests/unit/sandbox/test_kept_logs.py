"""Logs outlive their instances, and an instance that is started again goes on in its own."""

import os
from pathlib import Path

from agents.node.instance_log import LINES_MAX, InstanceLog, read_lines
from agents.node.kept_logs import KEPT, KeptLogs


def write(folder: Path, instance: str, *texts: str) -> Path:
    file = folder / instance / "log.jsonl"
    log = InstanceLog(file)
    for text in texts:
        log.write("system", text)
    log.close()
    return file


def test_a_log_goes_on_where_its_file_ends(tmp_path: Path) -> None:
    file = write(tmp_path, "a", "first try", "second line")
    again = InstanceLog(file)
    again.write("stderr", "second try")
    assert [(line.seq, line.text) for line in again.after(0)] == [
        (1, "first try"),
        (2, "second line"),
        (3, "second try"),
    ]
    again.close()
    assert read_lines(file) == again.after(0)


def test_what_cannot_be_read_is_left_out_and_old_numbers_are_set_right(tmp_path: Path) -> None:
    file = write(tmp_path, "a", "one", "two")
    lines = file.read_bytes()
    file.with_name("log.jsonl.1").write_bytes(lines + b'{"seq": 3, "at_ms"')
    file.write_bytes(lines + b"\xff\x00 no line\n" + lines[:20])
    assert [(line.seq, line.text) for line in read_lines(file)] == [(1, "one"), (2, "two"), (3, "one"), (4, "two")]
    assert read_lines(tmp_path / "nowhere" / "log.jsonl") == []


def test_as_many_lines_are_read_as_are_kept_in_memory(tmp_path: Path) -> None:
    file = write(tmp_path, "a", *(f"line {number}" for number in range(LINES_MAX + 100)))
    lines = read_lines(file)
    assert (len(lines), lines[-1].seq, lines[-1].text) == (LINES_MAX, LINES_MAX + 100, f"line {LINES_MAX + 99}")
    assert [line.text for line in read_lines(file, 200)][-1] == f"line {LINES_MAX + 99}"


def test_those_that_are_gone_are_told_with_their_last_words_the_last_first(tmp_path: Path) -> None:
    logs = KeptLogs(tmp_path / "instances")
    for instance in ("one", "two", "three"):
        write(tmp_path / "instances", instance, "started", f"{instance} stopped")
    (tmp_path / "instances" / "empty").mkdir()
    told = logs.ended({"two"})
    assert {(each.instance, each.text) for each in told} == {("one", "one stopped"), ("three", "three stopped")}
    assert [each.at_ms for each in told] == sorted((each.at_ms for each in told), reverse=True)


def test_only_instances_are_looked_for(tmp_path: Path) -> None:
    logs = KeptLogs(tmp_path / "instances")
    write(tmp_path, "secret", "of somebody else")
    for name in ("../secret", "..", "", "a/../../secret", "nobody"):
        assert logs.read(name) is None


def test_the_oldest_logs_go_and_never_those_of_the_living(tmp_path: Path) -> None:
    logs = KeptLogs(tmp_path)
    for number in range(KEPT + 3):
        os.utime(write(tmp_path, f"i{number}", "started"), (number, number))
    logs.forget_old({"i0"})
    left = {place.name for place in tmp_path.iterdir()}
    assert left == {"i0", *(f"i{number}" for number in range(3, KEPT + 3))}
