"""Bounds of JSON Schemas: numbers, lengths, counts, patterns and formats."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Any, Final

from agents.domain.contracts.json_parts import Path, named
from agents.domain.contracts.reasons import Reason, at

_COUNTS: Final = {
    "string": ("minLength", "maxLength", "characters"),
    "array": ("minItems", "maxItems", "entries"),
    "object": ("minProperties", "maxProperties", "properties"),
}


def ranges(path: Path, reader: dict[str, Any], writer: dict[str, Any], types: frozenset[str]) -> Iterator[Reason]:
    """Yield the bounds of the reader that values of the writer (of these types) may break."""
    if types & {"integer", "fraction"}:
        yield from _numbers(path, reader, writer, whole="fraction" not in types)
    for kind, words in _COUNTS.items():
        if kind in types:
            yield from _count(path, reader, writer, words)
    if "string" in types:
        for word in ("pattern", "format", "contentEncoding", "contentMediaType"):
            if word in reader and reader[word] != writer.get(word):
                message = f"{named(path)} need not have the {word} “{reader[word]}”."
                yield at(path, f"{word}_changed", message, reader[word], writer.get(word))
    if "array" in types and reader.get("uniqueItems") and not writer.get("uniqueItems"):
        message = f"{named(path)} may hold an entry twice, which is not allowed."
        yield at(path, "range_narrowed", message, True, False)


def _numbers(path: Path, reader: dict[str, Any], writer: dict[str, Any], *, whole: bool) -> Iterator[Reason]:
    for side, word, exclusive in ((1, "minimum", "exclusiveMinimum"), (-1, "maximum", "exclusiveMaximum")):
        wanted, given = _bound(reader, word, exclusive, side, whole), _bound(writer, word, exclusive, side, whole)
        if wanted is not None and (given is None or given < wanted):
            how = "less" if side == 1 else "more"
            limit = reader.get(word, reader.get(exclusive))
            message = f"{named(path)} may be {how} than {limit}, which is not allowed."
            yield at(path, "range_narrowed", message, _shown(reader, word, exclusive), _shown(writer, word, exclusive))
    step, given_step = reader.get("multipleOf"), writer.get("multipleOf")
    if step is None or (whole and step == 1):
        return
    if given_step is None or (Fraction(str(given_step)) / Fraction(str(step))).denominator != 1:
        message = f"{named(path)} need not be a multiple of {step}."
        yield at(path, "range_narrowed", message, step, given_step)


def _bound(schema: dict[str, Any], word: str, exclusive: str, side: int, whole: bool) -> tuple[Fraction, int] | None:
    """Return the tighter of both bounds so that a greater one is the tighter one; ``side`` -1 for upper bounds."""
    found = []
    if word in schema:
        found.append((side * Fraction(str(schema[word])), 0))
    if exclusive in schema:
        found.append((side * Fraction(str(schema[exclusive])), 1))
    if not found:
        return None
    value, open_end = max(found)
    if whole:  # among whole numbers, more than 3.2 is at least 4, and more than 3 is too
        value = Fraction(value.__floor__() + 1) if open_end else Fraction(value.__ceil__())
        open_end = 0
    return value, open_end


def _shown(schema: dict[str, Any], word: str, exclusive: str) -> Any:
    return schema.get(word, schema.get(exclusive))


def _count(path: Path, reader: dict[str, Any], writer: dict[str, Any], words: tuple[str, str, str]) -> Iterator[Reason]:
    least, most, what = words
    if reader.get(least, 0) > writer.get(least, 0):
        message = f"{named(path)} may have fewer than {reader[least]} {what}, which is not allowed."
        yield at(path, "range_narrowed", message, reader[least], writer.get(least))
    if most in reader and (most not in writer or writer[most] > reader[most]):
        message = f"{named(path)} may have more than {reader[most]} {what}, which is not allowed."
        yield at(path, "range_narrowed", message, reader[most], writer.get(most))
