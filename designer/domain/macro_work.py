"""How much work macros (map, filter, …) in an expression may be: guessed from above, before anything is evaluated.

The CEL library builds the list of a macro by copying it, with all in it, for every entry: n entries cost n².
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

MAX_WORK: Final = 5_000_000
"""Most entries to copy: one to three seconds."""
MAX_TEXT: Final = 4_000_000_000
"""Most characters to copy: about a second."""

MAX_RESULT: Final = 50_000_000
"""Most characters that a result may come to, a value other than a text counted as twenty: about two seconds."""

_MAP: Final = re.compile(r"\.\s*map\s*\(\s*([A-Za-z_]\w*)\s*,")
_MACRO: Final = re.compile(r"\.\s*(?:map|filter|all|exists|exists_one)\s*\(")
_PATH: Final = re.compile(r"(?<![\w.])(?:input|steps|item|run)(?:\.\w+)*")
_TO_SCALAR: Final = frozenset({
    *("map", "filter", "all", "exists", "exists_one"),
    *("size", "contains", "startsWith", "endsWith", "matches", "indexOf", "join", "sum", "min", "max"),
})  # fmt: skip


def too_many(bare: str, variables: Mapping[str, Any], depth: int) -> int:
    """Return the entries of the longest list when macros would do too much over it, else 0.

    ``bare`` is the expression without its texts, ``depth`` how deep its macros stand in each other.
    """
    entries, characters = _longest([value for _, value in _named(bare, variables)])
    if "split" in bare:
        entries = max(entries, characters, len(bare))
    outside, inside = _around_macros(bare)
    joined = bare if depth > 1 else outside
    longest = max(entries, bare.count(",") + 1) * (1 + joined.count("+"))
    listed = inside.count(",") - len(_MACRO.findall(bare))
    body = max([1, listed, *(_total(value) for name, value in _named(inside, variables) if name not in _TO_SCALAR)])
    fits = longest ** (depth + 1) * body <= MAX_WORK and longest ** (depth + 1) * characters <= MAX_TEXT
    weight = len(bare) + sum(_weight(value) for _, value in _named(bare, variables))
    fits = fits and _growth(bare, longest) * weight <= MAX_RESULT
    return 0 if fits else longest


def _growth(bare: str, longest: int) -> int:
    """Return how many times as large maps make their entries: ``map(a, [a, a])`` twice, and the next one twice again."""
    growth = 1
    for match in _MAP.finditer(bare):
        body = bare[match.end() : _end_of(bare, match.end())]
        mentions = len(re.findall(rf"(?<![\w.]){match.group(1)}\b", body))
        growth *= max(1, mentions * (longest if _MACRO.search(body) else 1))
        if growth > MAX_RESULT:
            break
    return growth


def _end_of(bare: str, position: int) -> int:
    """Return where the parenthesis closes that was open at ``position``."""
    depth = 1
    for at in range(position, len(bare)):
        depth += (bare[at] in "([{") - (bare[at] in ")]}")
        if depth == 0:
            return at
    return len(bare)


def _weight(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return 20 + sum(len(str(name)) + _weight(entry) for name, entry in value.items())
    return 20 + sum(map(_weight, value)) if isinstance(value, list) else 20


def _around_macros(bare: str) -> tuple[str, str]:
    """Return what stands before the first macro's parenthesis, and what follows it."""
    first = _MACRO.search(bare)
    return (bare[: first.start()], bare[first.end() :]) if first else (bare, "")


def _named(text: str, variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the values an expression names, each with the function that is called on it (or nothing).

    Of a path that cannot be followed (an index, a missing field) it is the value up to there.
    """
    for match in _PATH.finditer(text):
        names = match.group().split(".")
        called = text[match.end() :].lstrip().startswith("(")
        value: Any = variables
        for name in names:
            if not isinstance(value, Mapping) or name not in value:
                break
            value = value[name]
        yield names[-1] if called else "", value


def _total(value: Any) -> int:
    if isinstance(value, Mapping):
        return 1 + sum(_total(entry) for entry in value.values())
    return 1 + sum(_total(entry) for entry in value) if isinstance(value, list) else 1


def _longest(value: Any) -> tuple[int, int]:
    """Return the entries of the longest list (or map) in a value, and the characters of its longest text."""
    if isinstance(value, str):
        return 1, len(value)
    if not isinstance(value, list | Mapping):
        return 1, 1
    inner = [_longest(entry) for entry in (value.values() if isinstance(value, Mapping) else value)]
    return max([len(value), *(entries for entries, _ in inner)]), max([1, *(length for _, length in inner)])
