"""How much work the functions of expressions are, and how large what they give.

Those of the extended library run in Python: their arguments are turned into Python values and the result back, each
entry at the price of copying one. A function that is not listed gives what is as large as all it takes: none is beyond
the bounds, and ``tests/unit/designer/test_expression_work.py`` holds the list against the library.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from designer.domain.pattern_work import pattern_work, unknown_pattern_work
from designer.domain.shapes import ENTRY, TEXT_UNIT, Pay, Shape, list_of, shape_of, text

PLAIN: Final = frozenset({
    *("size", "has", "int", "uint", "double", "bool", "contains", "startsWith", "endsWith", "indexOf", "lastIndexOf"),
    *("timestamp", "duration", "sum", "sets.contains", "sets.equivalent", "sets.intersects", "math.abs", "math.sign"),
    *("math.bitAnd", "math.bitNot", "math.bitOr", "math.bitShiftLeft", "math.bitShiftRight", "math.bitXor"),
    *("math.ceil", "math.floor", "math.isFinite", "math.isInf", "math.isNaN", "math.round", "math.sqrt", "math.trunc"),
    *("getFullYear", "getMonth", "getDayOfYear", "getDayOfMonth", "getDate", "getDayOfWeek", "getHours", "getMinutes"),
    *("getSeconds", "getMilliseconds", "hasValue"),
})  # fmt: skip
"""Give a number or a truth value (or a moment, which is no larger)."""
PARTS: Final = frozenset({"trim", "substring", "charAt", "slice", "reverse", "dyn"})
"""Give a part of the first argument, or all of it."""
LISTED: Final = frozenset({"sort", "distinct"})
"""Give a list of what is in the first argument: entries, the names of a map, the characters of a text."""
ENTRIES: Final = frozenset({"first", "last", "min", "max", "math.greatest", "math.least"})
"""Give one of the arguments, or an entry of the first."""
LETTERS: Final = frozenset({
    *("lowerAscii", "upperAscii", "strings.quote", "string", "bytes", "type", "base64.encode", "base64.decode"),
})  # fmt: skip
"""Give a text at most twice as long as the one they take, letter by letter."""
_EVERY_OTHER: Final = frozenset({"distinct", "sets.contains", "sets.equivalent", "sets.intersects"})
"""Compare every entry with every other."""
_PER_LETTER: Final = 2
_PER_PIECE: Final = 18
"""Units of making one piece of a text."""

Spend = Callable[[int], None]


def judged(name: str, given: Sequence[Shape], known: Sequence[Any], spend: Spend, pay: Pay) -> Shape:
    """Return the bounds of what a function gives, after taking its work; ``known`` are the arguments that are at hand.

    To hand over what it gives is left to the caller, who may refuse it.
    """
    spend(1 + 2 * sum(shape.units for shape in given) if name != "size" else 1)
    if not given or name in PLAIN:
        _compare(name, given, spend)
        return Shape()
    first = given[0]
    if name in PARTS:
        return first
    if name in LISTED:
        _compare(name, given, spend)
        return _listed(first, spend, pay)
    if name in LETTERS:
        spend(_PER_LETTER * first.length)
        return text(2 * first.length + 2 * ENTRY, counted=first.counted or name == "base64.decode")
    if name == "matches" and len(given) > 1:
        spend(_matching(first, given[1], known[1]))
        return Shape()
    if name == "join":
        return text(first.chars + first.length * (given[1].length if len(given) > 1 else 0))
    if name == "split" and len(given) > 1:
        return _split(first, known, spend)
    found = first.merged(first.element(pay), pay) if name in ENTRIES else first
    for shape in given[1:]:
        found = found.merged(shape, pay)
    return found


def _listed(first: Shape, spend: Spend, pay: Pay) -> Shape:
    made = list_of(first.length, first.iterated(pay).merged(text(1), pay))
    made.units = 4 + first.units + 2 * first.length
    made.chars = first.chars + (ENTRY + 1) * first.length
    spend(4 * made.units)
    return made


def _compare(name: str, given: Sequence[Shape], spend: Spend) -> None:
    if name == "lastIndexOf" and len(given) > 1:
        # Python looks backwards place by place, each time through the whole of what it looks for.
        spend(given[0].length * given[1].length // TEXT_UNIT)
    if name == "sort":
        spend(given[0].units * given[0].length.bit_length() // 2)
    if name in _EVERY_OTHER:
        entry = max(shape.item.units if shape.item else 1 for shape in given)
        spend(given[0].length * given[-1].length * entry // 8)


def _matching(where: Shape, pattern: Shape, known: Any) -> int:
    if isinstance(known, str):
        return pattern_work(known, where.length)
    return unknown_pattern_work(pattern.length, where.length, counted=pattern.counted)


def _split(whole: Shape, known: Sequence[Any], spend: Spend) -> Shape:
    separator = known[1]
    if isinstance(known[0], str) and isinstance(separator, str) and separator:
        made = shape_of(known[0].split(separator))
        count = made.length
    else:
        count = whole.length // max(1, len(separator) if isinstance(separator, str) else 1) + 1
        made = list_of(count, text(whole.length, counted=whole.counted))
        made.units = 4 + count + whole.length // TEXT_UNIT
        made.chars = ENTRY * (1 + count) + whole.length
    spend(_PER_PIECE * count)
    return made
