"""Arrow tables as pandas frames with types that know missing values, and back."""

from typing import Any, Final

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

Series = Any
"""A ``pd.Series``; its stubs know too little of the types that know missing values."""

_TYPES: Final[dict[pa.DataType, Any]] = {
    pa.int64(): pd.Int64Dtype(),
    pa.float64(): pd.Float64Dtype(),
    pa.bool_(): pd.BooleanDtype(),
    pa.string(): pd.StringDtype(na_value=pd.NA),
}


def to_frame(table: pa.Table) -> pd.DataFrame:
    """Return the table as a frame: Int64, Float64, boolean, string, datetime64 (dates as midnights)."""
    plain = pa.table({name: _plain(column) for name, column in zip(table.column_names, table.columns, strict=True)})
    frame: pd.DataFrame = plain.to_pandas(types_mapper=_TYPES.get, date_as_object=False)
    return frame


def to_table(frame: pd.DataFrame) -> pa.Table:
    """Return the frame as a table; a column of midnights without a time zone becomes dates."""
    return pa.table({str(name): _column(frame[name]) for name in frame.columns})


def clean(series: Series) -> Series:
    """Return the series in one of the types that ``to_frame`` makes, infinities and NaN as missing."""
    if pd.api.types.is_bool_dtype(series):
        return series.astype("boolean")
    if pd.api.types.is_integer_dtype(series):
        return series.astype("Int64")
    if pd.api.types.is_float_dtype(series):
        numbers = series.astype("Float64")
        finite = (numbers.abs() < float("inf")).fillna(False)
        return numbers.where(finite.astype(bool), pd.NA)
    if pd.api.types.is_datetime64_any_dtype(series):
        return series
    return series.astype(_TYPES[pa.string()])


def kind(series: Series) -> str:
    """Return ``text``, ``number``, ``boolean`` or ``date``."""
    if pd.api.types.is_bool_dtype(series):
        return "boolean"
    if pd.api.types.is_numeric_dtype(series):
        return "number"
    return "date" if pd.api.types.is_datetime64_any_dtype(series) else "text"


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return column.cast(pa.float64())
    if pa.types.is_boolean(kind) or pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return column
    return column.cast(pa.string())


def _column(series: Series) -> pa.ChunkedArray:
    found = pa.Array.from_pandas(series)
    array = found if isinstance(found, pa.ChunkedArray) else pa.chunked_array([found])
    if pa.types.is_large_string(array.type) or pa.types.is_null(array.type):
        return array.cast(pa.string())
    if pa.types.is_timestamp(array.type) and array.type.tz is None:
        days = array.cast(pa.date32(), safe=False)
        midnights = pc.all(pc.equal(days.cast(array.type), array)).as_py()
        return days if midnights is not False else array.cast(pa.timestamp("us"), safe=False)
    return array
