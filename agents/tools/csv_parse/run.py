"""``csv-parse``: a CSV file of any dialect becomes a table.

The file streams through twice, never held whole: once as texts into a temporary file, while each column's type is
found, and once from there into the table.
"""

import io
import tempfile
from collections.abc import Iterator
from typing import IO, Any, Final

import msgspec
import pyarrow as pa

from agentcluster import artifacts
from agents.tools.context import CallContext
from agents.tools.csv_parse.columns import Column, Converter
from agents.tools.csv_parse.diagnosis import explain
from agents.tools.csv_parse.dialect import Layout, read_layout
from agents.tools.csv_parse.errors import EncodingError, UnclosedQuoteError
from agents.tools.csv_parse.options import Options
from agents.tools.csv_parse.rows import RaggedRows, batches
from agents.tools.csv_parse.source import Utf8Source, as_text, find_encoding
from agents.tools.errors import ToolError
from agents.tools.files import open_file, reference
from agents.tools.tables import write_batches

_SHOWN: Final = {"utf-8-sig": "utf-8"}


def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Return the table, the encoding and delimiter it was read with, and warnings."""
    options = msgspec.convert(input, Options)
    ref = reference(options.file, "/file")
    with open_file(ref, "/file") as file, tempfile.TemporaryFile() as spool:
        encoding = find_encoding(file, options.encoding)
        try:
            layout, columns, warnings, even = _first_pass(as_text(file, encoding), spool, options, context)
        except UnicodeError as error:
            raise _wrong_encoding(error, encoding) from error
        except _BrokenError as error:
            raise _explained(ref, encoding, error.layout, options) from error
        if not even and options.max_rows is None:
            _refuse_unclosed(_explained(ref, encoding, layout, options))
        spool.seek(0)
        table, notes = _second_pass(spool, layout, columns, _table_name(ref), context)
    return {
        "table": table,
        "encoding": _SHOWN.get(encoding, encoding),
        "delimiter": layout.delimiter,
        "warnings": [*layout.warnings, *warnings, *notes],
    }


class _BrokenError(Exception):
    """Rows do not fit the layout; the exact place is looked for afterwards."""

    def __init__(self, layout: Layout) -> None:
        super().__init__()
        self.layout = layout


def _first_pass(
    text: io.TextIOWrapper, spool: IO[bytes], options: Options, context: CallContext
) -> tuple[Layout, list[Column], list[str], bool]:
    layout = read_layout(text, options.delimiter, options.header, options.skip_rows)
    columns = [Column(name, options) for name in layout.names]
    ragged = RaggedRows()
    schema = pa.schema([(name, pa.string()) for name in layout.names])
    source = Utf8Source(text, layout.head)
    with pa.ipc.new_stream(spool, schema) as writer:
        try:
            for batch in batches(source, layout, options, ragged):
                if ragged.count and options.ragged_rows == "error":
                    raise _BrokenError(layout)
                context.raise_if_over()
                for column, values in zip(columns, batch.columns, strict=True):
                    column.see(values)
                writer.write_batch(batch)
        except pa.ArrowInvalid as error:
            raise _BrokenError(layout) from error
    if ragged.count and options.ragged_rows == "error":
        raise _BrokenError(layout)
    skipped = [f"Skipped rows with a wrong number of fields: {ragged.count:,}."] if ragged.count else []
    return layout, columns, skipped, source.quotes_are_even


def _second_pass(
    spool: IO[bytes], layout: Layout, columns: list[Column], name: str, context: CallContext
) -> tuple[dict[str, Any], list[str]]:
    kept = [
        (index, column)
        for index, column in enumerate(columns)
        if column.has_values or column.name not in layout.unnamed
    ]
    signs = {column.decimal_sign() for column in columns} - {None}
    settled = len(signs) == 1
    decimal = signs.pop() if settled else ("," if layout.delimiter == ";" else ".")
    decided = [(index, column.name, *column.decide(decimal or ".", settled)) for index, column in kept]
    schema = pa.schema([(name, kind) for _, name, kind, _, _ in decided])
    converters = [(index, convert) for index, _, _, convert, _ in decided]
    table = write_batches(schema, _converted(spool, schema, converters, context), name)
    return table, [warning for *_, warning in decided if warning]


def _converted(
    spool: IO[bytes], schema: pa.Schema, converters: list[tuple[int, Converter]], context: CallContext
) -> Iterator[pa.RecordBatch]:
    for batch in pa.ipc.open_stream(spool):
        context.raise_if_over()
        yield pa.record_batch([convert(batch.column(index)) for index, convert in converters], schema=schema)


def _table_name(ref: artifacts.ArtifactRef) -> str:
    return f"{ref.name.rsplit('.', 1)[0] or 'table'}.arrow"


def _wrong_encoding(error: UnicodeError, encoding: str) -> ToolError:
    near = ""
    if isinstance(error, UnicodeDecodeError):
        around = error.object[max(error.start - 12, 0) : error.start + 12].decode("latin-1")
        near = f" (near '{' '.join(around.split())}')"
    name = _SHOWN.get(encoding, encoding)
    return EncodingError(f"The file is not {name}{near}. Choose another encoding, or 'auto'.", field="/encoding")


def _refuse_unclosed(found: ToolError) -> None:
    if isinstance(found, UnclosedQuoteError):
        raise found


def _explained(ref: artifacts.ArtifactRef, encoding: str, layout: Layout, options: Options) -> ToolError:
    with open_file(ref, "/file") as file:
        text = as_text(file, encoding)
        return explain(text, layout, options.skip_rows)
