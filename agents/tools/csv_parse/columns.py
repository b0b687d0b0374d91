"""What type does a column have? Found while its values stream by, decided at the end."""

from collections.abc import Callable
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from agents.tools.csv_parse.dates import SWAPPED, readings
from agents.tools.csv_parse.numbers import NumberFit
from agents.tools.csv_parse.options import Options

Converter = Callable[[pa.Array], pa.Array]
_BOOLEAN: Final = "(?i)^(?:true|false|yes|no)$"
_TRUE: Final = "(?i)^(?:true|yes)$"


class Column:
    """The types that the values of one column, seen so far, leave possible."""

    def __init__(self, name: str, options: Options) -> None:
        self.name = name
        self.has_values = False
        self._boolean = True
        self._numbers = NumberFit(options.decimal, options.thousands)
        self._dates = readings(options.date_format)

    def see(self, values: pa.Array) -> None:
        """Take a batch of texts into account; missing ones are null."""
        if not (self._boolean or self._numbers.possible or self._dates):
            self.has_values = self.has_values or values.null_count < len(values)
            return
        values = values.drop_null()
        if not len(values):
            return
        self.has_values = True
        self._boolean = self._boolean and bool(pc.all(pc.match_substring_regex(values, _BOOLEAN)).as_py())
        if self._numbers.possible:
            self._numbers.see(values)
        if self._dates:
            distinct = pc.unique(values)
            self._dates = [each for each in self._dates if each.fits(distinct)]

    def decimal_sign(self) -> str | None:
        """Return the decimal sign when the values settle it."""
        signs = {each.decimal for each in self._numbers.possible}
        return next(iter(signs)) if len(signs) == 1 else None

    def decide(self, decimal: str, settled: bool) -> tuple[pa.DataType, Converter, str]:
        """Return the column's type, the function that makes it from texts, and a warning or nothing.

        ``decimal`` is the file's decimal sign, ``settled`` by other columns or only supposed.
        """
        if not self.has_values:
            return pa.string(), _same, ""
        if self._boolean:
            return pa.bool_(), _as_boolean, ""
        number = self._numbers.choose(decimal)
        if number is not None:
            whole = self._numbers.is_whole(number)
            note = self._either_sign(number.decimal) if self._numbers.is_ambiguous() and not settled else ""
            return (pa.int64() if whole else pa.float64()), lambda texts: number.convert(texts, whole), note
        if not self._dates:
            return pa.string(), _same, ""
        if {each.format for each in self._dates} >= SWAPPED:
            return pa.string(), _same, self._ambiguous()
        date = self._dates[0]
        kinds = {"date": pa.date32(), "datetime": pa.timestamp("us"), "zoned": pa.timestamp("us", "UTC")}
        return kinds[date.kind], date.convert, ""

    def _either_sign(self, decimal: str) -> str:
        return (
            f"The numbers in '{self.name}' can be read with a decimal point or a decimal comma; "
            f"'{decimal}' was taken as the decimal sign. Say which if that is wrong."
        )

    def _ambiguous(self) -> str:
        return (
            f"The dates in '{self.name}' can be read day first or month first, so they stay text; "
            "say which with the date format DD/MM/YYYY or MM/DD/YYYY."
        )


def _same(texts: pa.Array) -> pa.Array:
    return texts


def _as_boolean(texts: pa.Array) -> pa.Array:
    return pc.match_substring_regex(texts, _TRUE)
