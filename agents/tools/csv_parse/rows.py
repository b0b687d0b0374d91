"""The rows as batches of trimmed texts."""

from collections.abc import Iterator
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from agents.tools.csv_parse.dialect import Layout
from agents.tools.csv_parse.options import Options
from agents.tools.csv_parse.source import Utf8Source

BLOCK: Final = 4 * 1024 * 1024


class RaggedRows:
    """Counts rows with a wrong number of fields; keeps what the first one had."""

    def __init__(self) -> None:
        self.count = 0

    def skip(self, row: csv.InvalidRow) -> str:
        """Count a row and have it left out."""
        self.count += 1
        return "skip"


def batches(source: Utf8Source, layout: Layout, options: Options, ragged: RaggedRows) -> Iterator[pa.RecordBatch]:
    """Yield batches with one text column for each name; missing values are null.

    ``pa.ArrowInvalid`` when the rows cannot be told apart, ``UnicodeDecodeError`` for a wrong encoding.
    """
    if not source.has_more():
        return
    reader = csv.open_csv(
        source,
        read_options=csv.ReadOptions(column_names=list(layout.names), block_size=BLOCK, use_threads=False),
        parse_options=csv.ParseOptions(
            delimiter=layout.delimiter, newlines_in_values=True, invalid_row_handler=ragged.skip
        ),
        convert_options=csv.ConvertOptions(
            column_types=dict.fromkeys(layout.names, pa.string()), strings_can_be_null=False, check_utf8=False
        ),
    )
    missing = pa.array(options.missing_values or [], pa.string())
    left = options.max_rows
    for batch in reader:
        kept = batch if left is None else batch.slice(0, left)
        yield pa.record_batch([_clean(column, missing) for column in kept.columns], names=list(layout.names))
        if left is not None:
            left -= kept.num_rows
            if left <= 0:
                return


def _clean(texts: pa.Array, missing: pa.Array) -> pa.Array:
    trimmed = pc.utf8_trim_whitespace(texts)
    return pc.if_else(pc.is_in(trimmed, value_set=missing), pa.scalar(None, pa.string()), trimmed)
