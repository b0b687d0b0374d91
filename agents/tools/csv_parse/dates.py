"""Dates and times as people write them."""

from typing import Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

_Y, _M, _D = r"(?P<year>\d{4})", r"(?P<month>0?[1-9]|1[0-2])", r"(?P<day>0?[1-9]|[12]\d|3[01])"
_TIME: Final = r"[ T](?P<hour>[01]?\d|2[0-3]):(?P<minute>[0-5]\d)(?::(?P<second>[0-5]\d)(?P<fraction>\.\d{1,6})?)?"
_ZONE: Final = r"(?P<zone>Z|[+-]\d{2}:?\d{2})"
_PATTERNS: Final = {
    "YYYY-MM-DD": f"{_Y}-{_M}-{_D}",
    "YYYY/MM/DD": f"{_Y}/{_M}/{_D}",
    "DD.MM.YYYY": rf"{_D}\.{_M}\.{_Y}",
    "DD/MM/YYYY": f"{_D}/{_M}/{_Y}",
    "MM/DD/YYYY": f"{_M}/{_D}/{_Y}",
    "DD-MM-YYYY": f"{_D}-{_M}-{_Y}",
    "YYYY年M月D日": f"{_Y}年{_M}月{_D}日",
}
FORMATS: Final = tuple(_PATTERNS)
SWAPPED: Final = frozenset({"DD/MM/YYYY", "MM/DD/YYYY"})
"""Formats that a date such as 03/04/2026 fits both of."""


class DateReading(msgspec.Struct, frozen=True):
    """One way to read a column as dates (``date32``) or moments (``timestamp[us]``, with a zone in UTC)."""

    format: str
    pattern: str
    kind: str
    """``date``, ``datetime`` or ``zoned``."""

    def fits(self, values: pa.Array) -> bool:
        """Whether each of these texts is a date that exists, written this way."""
        if not pc.all(pc.match_substring_regex(values, self.pattern)).as_py():
            return False
        try:
            self.convert(values)
        except pa.ArrowInvalid:
            return False
        return True

    def convert(self, values: pa.Array) -> pa.Array:
        """Return the values; ``pa.ArrowInvalid`` for a date that does not exist (31.02.)."""
        encoded = values.dictionary_encode()
        return self._each(encoded.dictionary).take(encoded.indices)

    def _each(self, values: pa.Array) -> pa.Array:
        parts = pc.extract_regex(values, self.pattern)
        day = _join([_part(parts, "year", 4), _part(parts, "month", 2), _part(parts, "day", 2)], "-")
        if self.kind == "date":
            return pc.cast(day, pa.date32())
        clock = _join([_part(parts, "hour", 2), _part(parts, "minute", 2), _part(parts, "second", 2)], ":")
        fraction = pc.utf8_rpad(_filled(parts, "fraction", "."), 7, "0")
        moment = _join([day, _join([clock, fraction], "")], "T")
        if self.kind == "datetime":
            return pc.cast(moment, pa.timestamp("us"))
        return pc.cast(_join([moment, pc.struct_field(parts, "zone")], ""), pa.timestamp("us", "UTC"))


def readings(date_format: str) -> list[DateReading]:
    """Return the ways that ``date_format`` (``auto``, ``none`` or one of ``FORMATS``) allows, plainest first."""
    if date_format == "none":
        return []
    chosen = _PATTERNS if date_format == "auto" else {date_format: _PATTERNS[date_format]}
    found = []
    for name, pattern in chosen.items():
        found.append(DateReading(name, f"^{pattern}$", "date"))
        found.append(DateReading(name, f"^{pattern}(?:{_TIME})?$", "datetime"))
        found.append(DateReading(name, f"^{pattern}{_TIME}{_ZONE}$", "zoned"))
    return found


def _filled(parts: pa.Array, name: str, default: str) -> pa.Array:
    values = pc.struct_field(parts, name)
    return pc.if_else(pc.equal(pc.utf8_length(values), 0), default, values)


def _part(parts: pa.Array, name: str, width: int) -> pa.Array:
    return pc.utf8_lpad(pc.struct_field(parts, name), width, "0")


def _join(values: list[pa.Array], separator: str) -> pa.Array:
    return pc.binary_join_element_wise(*values, separator)
