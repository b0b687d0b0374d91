"""Numbers as people write them: 1234.5, 1,234.5, 1.234,5, 1 234,5, 1'234.5."""

import re
from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

_WHOLE: Final = r"(?:0|[1-9]\d{0,17})"
PLAIN_INTEGER: Final = r"^[+-]?(?:0|[1-9]\d{0,17})$"
"""No leading zeros: 00123 is a code, not a number. At most 18 digits fit 64 bits for sure."""
_SEPARATORS: Final = (",", ".", " ", "'")


class NumberReading(msgspec.Struct, frozen=True):
    """One way to read a column as numbers: its decimal sign and its thousands separator (empty: none)."""

    decimal: str
    thousands: str

    @property
    def plain(self) -> str:
        """The pattern of a number without separators."""
        sign = re.escape(self.decimal)
        return rf"^[+-]?(?:{_WHOLE}(?:{sign}\d*)?|{sign}\d+)(?:[eE][+-]?\d{{1,3}})?$"

    @property
    def grouped(self) -> str:
        """The pattern of a number with separators."""
        group = rf"(?:{re.escape(self.thousands)}\d{{3}})+"
        return rf"^[+-]?[1-9]\d{{0,2}}{group}(?:{re.escape(self.decimal)}\d*)?$"

    def convert(self, values: pa.Array, whole: bool) -> pa.Array:
        """Return the values as int64 when ``whole``, else float64."""
        if self.thousands:
            values = pc.replace_substring(values, self.thousands, "")
        if self.decimal != ".":
            values = pc.replace_substring(values, self.decimal, ".")
        return pc.cast(pc.utf8_ltrim(values, characters="+"), pa.int64() if whole else pa.float64())


class NumberFit:
    """What the values of a column, seen so far, leave possible."""

    def __init__(self, decimal: str, thousands: str) -> None:
        decimals = (".", ",") if decimal == "auto" else (decimal,)
        separators = _SEPARATORS if thousands == "auto" else ("" if thousands == "none" else thousands,)
        self.possible = [NumberReading(d, t) for d in decimals for t in separators if d != t]
        self._fraction_seen: set[str] = set()
        self._signs_seen = False

    def see(self, values: pa.Array) -> None:
        """Take a batch of texts without missing ones into account."""
        rest = _not_matching(values, PLAIN_INTEGER)
        if not len(rest):
            return
        self._signs_seen = True
        plain_of = {decimal: _Split(rest, decimal) for decimal in {each.decimal for each in self.possible}}
        self.possible = [each for each in self.possible if plain_of[each.decimal].accepts(each)]
        for decimal, split in plain_of.items():
            if decimal not in self._fraction_seen and split.has_fraction():
                self._fraction_seen.add(decimal)

    def is_whole(self, reading: NumberReading) -> bool:
        """Whether no value had a fraction, read this way."""
        return reading.decimal not in self._fraction_seen

    def is_ambiguous(self) -> bool:
        """Whether there are separators, and they could be decimal signs as well as thousands separators."""
        return self._signs_seen and len({each.decimal for each in self.possible}) > 1

    def choose(self, decimal: str) -> NumberReading | None:
        """Return the reading to use, by preference with this decimal sign; None: these are no numbers."""
        ranked = sorted(self.possible, key=lambda each: each.decimal != decimal)
        return ranked[0] if ranked else None


class _Split:
    """A batch told apart by one decimal sign: plain numbers, and the rest, which may have separators."""

    def __init__(self, values: pa.Array, decimal: str) -> None:
        self._values, self._decimal = values, decimal
        self.rest = _not_matching(values, NumberReading(decimal, "").plain)

    def has_fraction(self) -> bool:
        pattern = f"[{re.escape(self._decimal)}eE]"
        return bool(pc.any(pc.match_substring_regex(self._values, pattern)).as_py())

    def accepts(self, reading: NumberReading) -> bool:
        if not len(self.rest):
            return True
        return bool(reading.thousands) and not len(_not_matching(self.rest, reading.grouped))


def _not_matching(values: pa.Array, pattern: str) -> pa.Array:
    return values.filter(pc.invert(pc.match_substring_regex(values, pattern)))
