"""Where an operation stands: its place in the input, and the other tables."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from agents.tools.columns import unknown_column
from agents.tools.frames import Series


@dataclass(frozen=True)
class Scope:
    """``pointer`` is ``/operations/<index>``; ``tables`` are those that can be joined."""

    pointer: str
    tables: Mapping[str, Any]

    def at(self, *path: str | int) -> str:
        """Return the pointer of a field of the operation."""
        return "/".join([self.pointer, *map(str, path)])

    def column(self, frame: pd.DataFrame, name: str, *path: str | int) -> Series:
        """Return the column; ``UnknownColumnError`` on the field at ``path``."""
        if name not in frame.columns:
            raise unknown_column(name, frame.columns, self.at(*path))
        return frame[name]

    def known(self, frame: pd.DataFrame, names: Iterable[str], *path: str | int) -> list[str]:
        """Return the names, all of them columns of the frame; ``UnknownColumnError`` on the first that is not."""
        listed = list(names)
        for index, name in enumerate(listed):
            self.column(frame, name, *path, index)
        return listed
