"""What a caller may say about a CSV file."""

from typing import Any, Final, Literal

import msgspec

DELIMITERS: Final = ("auto", ",", ";", "\t", "|")
ENCODINGS: Final = ("auto", "utf-8", "utf-16", "gb18030", "cp1252", "latin-1", "big5", "shift_jis", "cp1251", "euc_kr")
MISSING: Final = ("", "NA", "N/A", "n/a", "NaN", "nan", "NULL", "null", "None", "#N/A", "-", "--")


class Options(msgspec.Struct, frozen=True):
    """The input of ``csv-parse``, defaults filled in."""

    file: Any
    delimiter: str = "auto"
    encoding: str = "auto"
    header: bool = True
    decimal: str = "auto"
    thousands: str = "auto"
    date_format: str = "auto"
    missing_values: tuple[str, ...] = MISSING
    skip_rows: int = 0
    max_rows: int | None = None
    ragged_rows: Literal["error", "skip"] = "error"
