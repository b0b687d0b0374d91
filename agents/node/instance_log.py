"""What an instance says: the newest lines in memory, more of them in a rotated file."""

import contextlib
import logging
import os
from collections import deque
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Final, Literal

import msgspec

from agentcluster.clock import monotonic, now_ms

LINES_MAX: Final = 2_000
BYTES_MAX: Final = 1024 * 1024
TEXT_MAX: Final = 4_000
"""Characters of a line; the rest of a longer one is cut off."""
RATE: Final = 200.0
BURST: Final = 1_000
"""Lines a second that are kept over time, and at once; lines over that are counted, not kept."""
LOG_FILE: Final = "log.jsonl"
FILE_BYTES: Final = 4 * 1024 * 1024
FILES: Final = 3
TAIL_BYTES: Final = 2 * BYTES_MAX

Stream = Literal["stdout", "stderr", "system"]


class LogLine(msgspec.Struct, frozen=True):
    """One line. ``seq`` rises by one from 1; ``system`` is what the node says of the instance."""

    seq: int
    at_ms: int
    stream: Stream
    text: str


class InstanceLog:
    """Bounded in lines, bytes and lines a second, so an instance that only talks costs nothing. Used on one loop."""

    def __init__(self, file: Path | None = None) -> None:
        """Keep lines in ``file``, too, turned over at 4 MiB, three old ones kept; go on after what it holds already."""
        self._lines: deque[LogLine] = deque()
        self._bytes = 0
        self._seq = 0
        for line in read_lines(file) if file is not None else ():
            self._append(line)
        self._allowance, self._at = float(BURST), monotonic()
        self._dropped = 0
        self._file = _open(file) if file is not None else None

    def write(self, stream: Stream, text: str) -> None:
        """Keep a line, or count it as dropped; what the node itself says is never dropped."""
        if stream != "system" and not self._allowed():
            self._dropped += 1
            return
        self.tell_dropped()
        self._keep(stream, text)

    def tell_dropped(self) -> None:
        """Say how many lines were dropped since the last one that was kept."""
        if self._dropped:
            dropped, self._dropped = self._dropped, 0
            self._keep("system", f"{dropped} line{'s' if dropped > 1 else ''} dropped: more than {RATE:.0f} a second")

    def after(self, seq: int, limit: int = 500) -> list[LogLine]:
        """Return at most ``limit`` lines that came after the one with the number ``seq``, oldest first."""
        self.tell_dropped()
        if not self._lines:
            return []
        skip = max(0, seq + 1 - self._lines[0].seq)
        return [self._lines[index] for index in range(skip, min(skip + max(0, limit), len(self._lines)))]

    @property
    def last(self) -> int:
        """The number of the newest line, 0 before the first."""
        return self._seq

    def close(self) -> None:
        """Close the file; lines stay readable in memory."""
        self.tell_dropped()
        if self._file is not None:
            self._file.close()
            self._file = None

    def _allowed(self) -> bool:
        now = monotonic()
        self._allowance = min(float(BURST), self._allowance + (now - self._at) * RATE)
        self._at = now
        if self._allowance < 1.0:
            return False
        self._allowance -= 1.0
        return True

    def _keep(self, stream: Stream, text: str) -> None:
        cut = text if len(text) <= TEXT_MAX else text[:TEXT_MAX] + "…"
        line = LogLine(self._seq + 1, now_ms(), stream, _printable(cut))
        self._append(line)
        if self._file is not None:
            # A full disk must not stop the instance; its newest lines are in memory all the same.
            with contextlib.suppress(OSError, ValueError):
                self._file.emit(_record(line))

    def _append(self, line: LogLine) -> None:
        self._seq = line.seq
        self._lines.append(line)
        self._bytes += len(line.text)
        while len(self._lines) > LINES_MAX or self._bytes > BYTES_MAX:
            self._bytes -= len(self._lines.popleft().text)


def read_lines(file: Path, most_bytes: int = TAIL_BYTES) -> list[LogLine]:
    """Return the newest lines that a log left in ``file``, as many as are kept in memory (blocking).

    ``most_bytes``: how much of the end of each file is read.
    """
    found: list[LogLine] = []
    for place in (file.with_name(f"{file.name}.1"), file):
        for text in _tail(place, most_bytes):
            try:
                line = _decode(text)
            except msgspec.MsgspecError:
                continue  # cut off: the node was killed while it wrote, or we read from the middle
            seq = max(line.seq, found[-1].seq + 1 if found else 1)
            found.append(msgspec.structs.replace(line, seq=seq))
    left = BYTES_MAX
    for index in range(len(found) - 1, -1, -1):
        left -= len(found[index].text)
        if left < 0 or len(found) - index > LINES_MAX:
            return found[index + 1 :]
    return found


def _tail(file: Path, most_bytes: int) -> list[bytes]:
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, opened.seek(0, os.SEEK_END) - most_bytes))
            return opened.read().splitlines()
    except OSError:
        return []


_decode: Final = msgspec.json.Decoder(LogLine).decode


def _printable(text: str) -> str:
    """Return the text with control characters (of terminals, say) written out, so that showing it is safe."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\t" else f"\\x{ord(each):02x}" for each in text)


def _record(line: LogLine) -> logging.LogRecord:
    text = msgspec.json.encode(line).decode()
    return logging.LogRecord("agentcluster.instance", logging.INFO, "", 0, text, None, None)


class _File(RotatingFileHandler):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name logging gives it
        """Stay quiet: see ``InstanceLog._keep``."""


def _open(file: Path) -> RotatingFileHandler:
    file.parent.mkdir(parents=True, exist_ok=True)
    return _File(file, maxBytes=FILE_BYTES, backupCount=FILES, encoding="utf-8", delay=True)
