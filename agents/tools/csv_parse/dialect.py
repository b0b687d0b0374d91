"""Which delimiter, and what are the columns called?"""

import csv
import io
import re
from collections.abc import Iterator
from typing import Final

import msgspec

from agents.tools.csv_parse.errors import EmptyError, TooWideError

CANDIDATES: Final = (",", ";", "\t", "|")
MAX_COLUMNS: Final = 2000
_SAMPLE_LINES: Final = 60
_STATED: Final = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)

csv.field_size_limit(64 * 1024 * 1024)


class Layout(msgspec.Struct, frozen=True):
    """Delimiter, column names as they will be, which of them the file left empty, and the text to be read again."""

    delimiter: str
    names: tuple[str, ...]
    unnamed: frozenset[str]
    head: str
    warnings: tuple[str, ...]


def read_layout(text: io.TextIOWrapper, delimiter: str, header: bool, skip_rows: int) -> Layout:
    """Read up to and including the header; ``head`` is what was read of the rows after it."""
    for _ in range(skip_rows):
        text.readline()
    lines = _first_lines(text)
    if not lines:
        raise EmptyError(field="/file")
    stated = _STATED.fullmatch(lines[0])
    if stated:
        del lines[0]
        delimiter = stated[1] if delimiter == "auto" else delimiter
    if delimiter == "auto":
        delimiter = _sniff("".join(lines))
    first, consumed = _first_row(lines, text, delimiter)
    if len(first) > MAX_COLUMNS:
        raise TooWideError(f"The file has {len(first):,} columns; at most {MAX_COLUMNS:,} can be handled.")
    if not header:
        names = tuple(f"column_{number}" for number in range(1, len(first) + 1))
        return Layout(delimiter, names, frozenset(), "".join(lines), ())
    names, unnamed, warnings = _unique(first)
    return Layout(delimiter, names, unnamed, "".join(lines[consumed:]), warnings)


def _first_lines(text: io.TextIOWrapper) -> list[str]:
    lines: list[str] = []
    while len(lines) < _SAMPLE_LINES:
        line = text.readline()
        if not line:
            break
        if lines or line.strip():
            lines.append(line)
    return lines


def _first_row(lines: list[str], text: io.TextIOWrapper, delimiter: str) -> tuple[list[str], int]:
    """Return the fields of the first row and how many lines it takes; lines it needs are added to ``lines``."""

    def feed() -> Iterator[str]:
        yield from list(lines)
        for line in iter(text.readline, ""):
            lines.append(line)
            yield line

    reader = csv.reader(feed(), delimiter=delimiter)
    row = next(reader, [])
    return [name.strip() for name in row], reader.line_num


def _sniff(sample: str) -> str:
    """Return the delimiter that cuts most rows into as many fields as the first one, and into many."""
    best, best_score = ",", 0.0
    for delimiter in CANDIDATES:
        rows = [row for row in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter) if row]
        width = len(rows[0]) if rows else 0
        alike = sum(len(row) == width for row in rows) / max(len(rows), 1)
        score = alike**2 * min(width, 12) if width > 1 else 0.0
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _unique(first: list[str]) -> tuple[tuple[str, ...], frozenset[str], tuple[str, ...]]:
    names: list[str] = []
    unnamed: set[str] = set()
    warnings: list[str] = []
    taken = set(first)
    for number, name in enumerate(first, 1):
        new = name or f"column_{number}"
        counter = 2
        while new in names or (new != name and new in taken):
            new = f"{name or f'column_{number}'}_{counter}"
            counter += 1
        if not name:
            unnamed.add(new)
        elif new != name:
            warnings.append(f"There are several columns named '{name}'; column {number} is now '{new}'.")
        names.append(new)
    return tuple(names), frozenset(unnamed), tuple(warnings)
