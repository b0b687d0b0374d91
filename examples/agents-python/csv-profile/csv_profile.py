"""Profiles CSV files: what a column holds, how much is missing, its range."""

import csv
from collections import Counter
from collections.abc import Iterator
from typing import Annotated

from msgspec import Meta, Struct

from agentcluster.sdk import AgentError, Context, File, agent

ROWS_A_BEAT = 20_000
DIFFERENT_MAX = 10_000


class Column(Struct):
    """A column. ``minimum``, ``maximum`` and ``mean`` are there for numbers alone."""

    name: str
    kind: str
    filled: int
    missing: int
    different: int
    most_common: str
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None


class Profile(Struct):
    """The profile, and the same as a report to read."""

    rows: int
    columns: list[Column]
    report: File


class Gathered:
    """What has been seen of a column so far."""

    def __init__(self, name: str) -> None:
        """Nothing yet."""
        self.name = name
        self.missing = self.numbers = self.texts = 0
        self.total, self.minimum, self.maximum = 0.0, float("inf"), float("-inf")
        self.values: Counter[str] = Counter()

    def take(self, value: str) -> None:
        """Look at a cell."""
        if not value.strip():
            self.missing += 1
            return
        if len(self.values) < DIFFERENT_MAX or value in self.values:
            self.values[value] += 1
        try:
            number = float(value)
        except ValueError:
            self.texts += 1
            return
        self.numbers += 1
        self.total += number
        self.minimum, self.maximum = min(self.minimum, number), max(self.maximum, number)

    def column(self) -> Column:
        """Return what came of it."""
        filled = self.numbers + self.texts
        common = self.values.most_common(1)
        about = (self.name, "empty", filled, self.missing, len(self.values), common[0][0] if common else "")
        if not filled:
            return Column(*about)
        if self.texts:
            return Column(about[0], "text", *about[2:])
        mean = self.total / self.numbers
        return Column(about[0], "number", *about[2:], self.minimum, self.maximum, mean)


@agent(name="csv-profile", version="1.0.0", capabilities=["csv-profile"])
def profile(
    file: File,
    delimiter: Annotated[str, Meta(min_length=1, max_length=1, description="What stands between cells.")] = ",",
    *,
    context: Context,
) -> Profile:
    """Says of each column of a CSV file what it holds, and writes a report."""
    rows = 0
    lines = _rows(file, delimiter)
    columns = [Gathered(name) for name in next(lines, [])]
    if not columns:
        raise AgentError("no_columns", f"{file.name} is empty.", field="/file")
    for cells in lines:
        for column, value in zip(columns, [*cells, *[""] * len(columns)], strict=False):
            column.take(value)
        rows += 1
        if rows % ROWS_A_BEAT == 0:
            context.heartbeat({"rows": rows})
            context.raise_if_over()
    found = [column.column() for column in columns]
    return Profile(rows, found, context.file(f"{file.name}.md", _report(file.name, rows, found), "text/markdown"))


def _rows(file: File, delimiter: str) -> Iterator[list[str]]:
    try:
        with file.path.open(encoding="utf-8-sig", newline="") as text:
            yield from csv.reader(text, delimiter=delimiter)
    except (UnicodeDecodeError, csv.Error) as error:
        raise AgentError("not_csv", f"{file.name} is no CSV file in UTF-8: {error}.", field="/file") from error


def _report(name: str, rows: int, columns: list[Column]) -> str:
    head = f"# {name}\n\n{rows:,} rows, {len(columns)} columns\n\n"
    table = "| column | kind | missing | different | range |\n|---|---|---|---|---|\n"
    lines = [
        f"| {each.name} | {each.kind} | {each.missing} | {each.different} | "
        + ("" if each.minimum is None else f"{each.minimum:g} to {each.maximum:g}")
        + " |"
        for each in columns
    ]
    return head + table + "\n".join(lines) + "\n"
