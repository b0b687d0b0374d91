"""One readable log of all processes: time, process, level, message; or the same as JSON lines."""

import json
import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

LEVEL_COLOURS = {"debug": "2", "info": "32", "warning": "33", "error": "31", "critical": "1;31"}
PROCESS_COLOURS = {
    "up": "1",
    "prepare": "36",
    "valkey": "35",
    "nats": "94",
    "web": "34",
    "worker": "33",
    "jobs": "95",
    "beat": "92",
    "node": "96",
    "gateway": "36",
}
NATS_SMALL_TALK = "Plaintext passwords detected, use nkeys or bcrypt"
"""The embedded server's password stands in a file that only its owner reads."""
HIDDEN = {"timestamp", "level", "process", "logger", "event", "exception", "stack"}
RANK = {"debug": 0, "info": 1, "warning": 2, "error": 3, "critical": 4}

VALKEY_LINE = re.compile(r"^\d+:[A-Z] .{20,30}? (?P<mark>[.\-*#]) (?P<text>.*)$")
NATS_LINE = re.compile(r"^\[\d+\] \S+ \S+ \[(?P<mark>[A-Z]{3})\] (?P<text>.*)$")
NATS_LEVELS = {"ERR": "error", "FTL": "critical", "WRN": "warning"}

Record = Mapping[str, Any]


def parse(process: str, line: str) -> dict[str, Any]:
    """Turn one line of a process into a record with ``level`` and ``event``; a server's small talk becomes debug."""
    if line.startswith("{"):
        try:
            record = json.loads(line)
        except ValueError:
            record = None
        if isinstance(record, dict) and "event" in record:
            return {**record, "process": process}
    if process == "valkey":
        found = VALKEY_LINE.match(line)
        return {"process": process, "level": "debug", "event": found["text"] if found else line}
    if process == "nats":
        found = NATS_LINE.match(line)
        level = NATS_LEVELS.get(found["mark"], "debug") if found else "debug"
        if found and found["text"] == NATS_SMALL_TALK:
            level = "debug"
        return {"process": process, "level": level, "event": found["text"] if found else line}
    return {"process": process, "level": "info", "event": line}


class Console:
    """Writes records to ``out``; ``colour`` and ``as_json`` say how, ``least`` from which level on."""

    def __init__(self, out: TextIO = sys.stdout, *, colour: bool, as_json: bool, least: str = "info") -> None:
        self.colour = colour
        self._out, self._json, self._least = out, as_json, RANK.get(least, 1)

    def say(self, event: str, *, level: str = "info", **fields: Any) -> None:
        """Write a line of the supervisor itself."""
        self.write({"process": "up", "level": level, "event": event, **fields})

    def write(self, record: Record) -> None:
        """Write one record unless its level is too low."""
        if RANK.get(str(record.get("level")), 1) < self._least:
            return
        self.print(self._as_json(record) if self._json else self._as_text(record))

    def print(self, text: str) -> None:
        """Write text as it is, at once; a closed terminal is no reason to fail."""
        try:
            self._out.write(text + "\n")
            self._out.flush()
        except (BrokenPipeError, OSError):
            return

    @staticmethod
    def _as_json(record: Record) -> str:
        stamp = record.get("timestamp") or datetime.now(UTC).isoformat().replace("+00:00", "Z")
        return json.dumps({"timestamp": stamp, **record}, ensure_ascii=False, default=str)

    def _as_text(self, record: Record) -> str:
        process, level = str(record.get("process", "")), str(record.get("level", "info"))
        clock = datetime.now().astimezone().strftime("%H:%M:%S")
        fields = " ".join(f"{key}={value}" for key, value in record.items() if key not in HIDDEN)
        head = "  ".join(
            (
                self._paint("2", clock),
                self._paint(PROCESS_COLOURS.get(process, "36"), f"{process:<7}"),
                self._paint(LEVEL_COLOURS.get(level, "0"), f"{level.upper():<7}"),
            )
        )
        first, *more = str(record.get("event", "")).strip().splitlines() or [""]
        lines = [f"{head}  {first}{'  ' + self._paint('2', fields) if fields else ''}"]
        more += str(record.get("exception") or "").rstrip().splitlines()
        lines += [f"    {line}" for line in more]
        return "\n".join(lines)

    def _paint(self, code: str, text: str) -> str:
        return f"\033[{code}m{text}\033[0m" if self.colour else text
