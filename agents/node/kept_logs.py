"""The logs that instances left on this node: readable after their end, and when they never started (docs/sandbox.md)."""

import re
import shutil
from collections.abc import Container
from pathlib import Path
from typing import Final

import msgspec

from agents.node.instance_log import LOG_FILE, LogLine, read_lines

INSTANCE: Final = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_-]{0,199}")
KEPT: Final = 50
"""Folders of instances that are gone whose logs stay."""


LAST_BYTES: Final = 64 * 1024
"""How much of a log is looked at for what was said last."""


class KeptLog(msgspec.Struct, frozen=True):
    """An instance that is gone: when (ms) it said its last line, and what the node said of it last."""

    instance: str
    at_ms: int
    text: str


class KeptLogs:
    """One folder for each instance, in it its log; everything here blocks."""

    def __init__(self, folder: Path) -> None:
        """Look into ``folder``, which is made when it is not there."""
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, instance: str) -> list[LogLine] | None:
        """Return the newest lines of an instance, None when there is no log of it."""
        if not INSTANCE.fullmatch(instance) or not (self._folder / instance / LOG_FILE).is_file():
            return None
        return read_lines(self._folder / instance / LOG_FILE)

    def ended(self, living: Container[str]) -> list[KeptLog]:
        """Return the instances whose logs are here, but for the living, those that spoke last first."""
        found = []
        for place in self._folder.iterdir():
            lines = [] if place.name in living else read_lines(place / LOG_FILE, LAST_BYTES)
            if lines:
                said = [line.text for line in lines if line.stream == "system"]
                found.append(KeptLog(place.name, lines[-1].at_ms, said[-1] if said else ""))
        return sorted(found, key=lambda one: -one.at_ms)

    def forget_old(self, living: Container[str]) -> None:
        """Remove the folders of all that are gone but the newest ``KEPT``."""
        gone = [place for place in self._folder.iterdir() if place.name not in living]
        for place in sorted(gone, key=_last_written, reverse=True)[KEPT:]:
            shutil.rmtree(place, ignore_errors=True)


def _last_written(place: Path) -> float:
    file = place / LOG_FILE
    return (file if file.is_file() else place).stat().st_mtime
