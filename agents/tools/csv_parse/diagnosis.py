"""Where exactly is the file broken? Read again, slowly, once it is known to be."""

import csv
import io
from collections.abc import Iterator

from agents.tools.csv_parse.dialect import Layout
from agents.tools.csv_parse.errors import MalformedError, RaggedRowError, UnclosedQuoteError
from agents.tools.errors import ToolError


def explain(text: io.TextIOWrapper, layout: Layout, skip_rows: int) -> ToolError:
    """Return the error for the first row that is not as it should be, naming its line."""
    expected, line = len(layout.names), 0
    reader = csv.reader(_lines(text, skip_rows), delimiter=layout.delimiter, strict=True)
    try:
        for row in reader:
            if row and len(row) != expected:
                return _ragged(line + 1, row, expected)
            line = reader.line_num
    except csv.Error as error:
        if "unexpected end of data" in str(error) or "field larger" in str(error):
            message = f"The quote opened in the row at line {line + 1:,} is never closed."
            return UnclosedQuoteError(message, field="/file", line=line + 1)
        return MalformedError(f"Line {line + 1:,}: {error}.", field="/file", line=line + 1)
    return MalformedError(field="/file")


def _lines(text: io.TextIOWrapper, skip_rows: int) -> Iterator[str]:
    """Yield every line, those that are not rows as empty ones, so that line numbers stay true."""
    for _ in range(skip_rows):
        text.readline()
        yield "\n"
    first = text.readline()
    yield "\n" if first.lower().startswith("sep=") else first
    yield from iter(text.readline, "")


def _ragged(line: int, row: list[str], expected: int) -> RaggedRowError:
    start = ", ".join(value.strip() for value in row)[:60]
    return RaggedRowError(
        f"Line {line:,} has {len(row):,} {'field' if len(row) == 1 else 'fields'} where the header has {expected:,}: "
        f"'{start}'. Mend the line, or skip such rows.",
        field="/file",
        line=line,
        expected=expected,
        found=len(row),
    )
