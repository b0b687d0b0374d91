"""Tables on the wire (docs/wire.md) and in memory (Arrow)."""

import datetime as dt
import tempfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any, BinaryIO, Final, cast

import msgspec
import pyarrow as pa

from agentcluster import artifacts
from agents.tools.errors import BadValueError
from agents.tools.files import open_file, reference

MEDIA_TYPE: Final = "application/vnd.apache.arrow.file"
PREVIEW_ROWS: Final = 50
PREVIEW_BYTES: Final = 24 * 1024
PREVIEW_TEXT: Final = 200


def read_table(value: Any, field: str) -> pa.Table:
    """Read a table value into memory; ``FileMissingError`` or ``BadValueError`` on ``field``."""
    data = value.get("data") if isinstance(value, dict) else None
    ref = reference(data, f"{field}/data")
    with open_file(ref, field) as file:
        try:
            return pa.ipc.open_file(file).read_all()
        except pa.ArrowInvalid as error:
            raise BadValueError("The data of this table is not an Arrow file.", field=field) from error


def read_rows(ref: artifacts.ArtifactRef | str, offset: int, limit: int) -> dict[str, Any]:
    """Return ``{"columns", "row_count", "rows"}`` of an Arrow artifact, rows as JSON values.

    Raises ``ArtifactMissingError``, or ``BadValueError`` for an artifact that is no Arrow file.
    """
    with artifacts.open(ref) as file:
        try:
            reader = pa.ipc.open_file(file)
        except pa.ArrowInvalid as error:
            raise BadValueError("This artifact is not a table.") from error
        rows: list[list[Any]] = []
        position = 0
        for index in range(reader.num_record_batches):
            batch = reader.get_batch(index)
            start = max(offset - position, 0)
            if start < batch.num_rows and len(rows) < limit:
                rows += json_rows(batch.slice(start, limit - len(rows)))
            position += batch.num_rows
        return {"columns": columns(reader.schema), "row_count": position, "rows": rows}


def write_table(table: pa.Table, name: str) -> dict[str, Any]:
    """Store a table and return its value."""
    return write_batches(table.schema, table.to_batches(max_chunksize=65536), name)


def write_batches(schema: pa.Schema, batches: Iterable[pa.RecordBatch], name: str) -> dict[str, Any]:
    """Store a table that comes in pieces, holding one at a time, and return its value."""
    preview: list[list[Any]] = []
    count = 0
    with tempfile.TemporaryFile() as spool:
        with pa.ipc.new_file(spool, schema) as writer:
            for batch in batches:
                writer.write_batch(batch)
                count += batch.num_rows
                preview += json_rows(batch.slice(0, PREVIEW_ROWS - len(preview)))
        spool.seek(0)
        ref = artifacts.put_stream(cast(BinaryIO, spool), MEDIA_TYPE, name)
    return {
        "columns": columns(schema),
        "row_count": count,
        "preview": _short(preview),
        "data": ref.to_value(),
    }


def columns(schema: pa.Schema) -> list[dict[str, str]]:
    """Return name and type of each column as they stand in a table value."""
    return [{"name": field.name, "type": type_name(field.type)} for field in schema]


def type_name(kind: pa.DataType) -> str:
    """Return the wire name of an Arrow type; what has no name of its own is shown as text."""
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_timestamp(kind):
        return "datetime"
    return "date" if pa.types.is_date(kind) else "string"


def json_rows(batch: pa.RecordBatch) -> list[list[Any]]:
    """Return the rows as lists of JSON values: dates in ISO 8601, missing values and infinities as null."""
    series = [[_json(value) for value in column.to_pylist()] for column in batch.columns]
    return [list(row) for row in zip(*series, strict=True)]


def _json(value: Any) -> Any:
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, float):
        return value if abs(value) < float("inf") else None
    return float(value) if isinstance(value, Decimal) else value


def _short(rows: list[list[Any]]) -> list[list[Any]]:
    """Return as many rows as fit an event beside other things, long texts cut."""
    return list(_fitting([_cut(value) for value in row] for row in rows))


def _fitting(rows: Iterable[list[Any]]) -> Iterator[list[Any]]:
    used = 0
    for row in rows:
        used += len(msgspec.json.encode(row)) + 1
        if used > PREVIEW_BYTES:
            return
        yield row


def _cut(value: Any) -> Any:
    return f"{value[:PREVIEW_TEXT]}…" if isinstance(value, str) and len(value) > PREVIEW_TEXT else value
