"""How much work a regular expression is: the library compiles it at every call, and counts (``a{100}``) multiply it."""

import re
from typing import Final

WORST_COMPILE: Final = 2_500_000
"""Units of compiling the largest pattern that the library takes (about 0.1 s)."""
WORST_MATCH: Final = 75_000
"""Units per character of the text for such a pattern: its engine then follows all its states at once."""
_PER_CHARACTER: Final = 25
_CLASSES: Final = {"w": 5_000, "W": 5_000, "p": 5_000, "P": 5_000, "b": 1_000, "B": 1_000, "d": 500, "D": 500}
"""Units of compiling a class of Unicode characters, such as ``\\w``."""
_CLASS_STATES: Final = 40
_PART: Final = re.compile(
    r"(?P<open>\((?:\?[^:)<]*(?:<\w+>)?:?)?)|(?P<close>\))|(?P<named>\\[pP](?:\{[^}]*\}|\w))"
    r"|(?P<set>\[\^?\]?(?:\\.|\[:\w+:\]|[^\]\\])*\])|(?P<count>\{\d*,?\d*\})|(?P<one>\\?.)",
    re.DOTALL,
)
_CLASS: Final = re.compile(r"\\([wWpPbBdD])")


def pattern_work(pattern: str, characters: int) -> int:
    """Return the units of matching ``pattern`` once in a text of so many characters: at most, and roughly."""
    states, compiling = _size(pattern)
    return min(compiling, WORST_COMPILE) + characters * min(1 + states // 4, WORST_MATCH)


def unknown_pattern_work(length: int, characters: int, *, counted: bool) -> int:
    """Return the units of matching a pattern that is only known by its length, and by whether it may count."""
    if counted:
        return WORST_COMPILE + characters * WORST_MATCH
    return min(length * _CLASSES["w"] // 2, WORST_COMPILE) + characters * min(1 + length * 5, WORST_MATCH)


def _size(pattern: str) -> tuple[int, int]:
    """Return the states of a pattern and the units of compiling it, with every count multiplied out."""
    groups: list[list[int]] = [[0, 0]]
    last = [0, 0]
    factor = 4 if "(?i" in pattern or "i:" in pattern else 1
    for match in _PART.finditer(pattern):
        kind, written = match.lastgroup, match.group()
        if kind == "open":
            groups.append([0, 0])
            last = [0, 0]
            continue
        if kind == "close" and len(groups) > 1:
            last = groups.pop()
        elif kind == "count":
            times = max([1, *(int(number) + 1 for number in re.findall(r"\d+", written)[:2] if len(number) < 10)])
            last = [last[0] * (times - 1), last[1] * (times - 1)]
        else:
            classes = [_CLASSES[name] for name in _CLASS.findall(written)]
            states = len(written) + _CLASS_STATES * len(classes)
            last = [states, factor * (_PER_CHARACTER * len(written) + sum(classes))]
        groups[-1] = [groups[-1][0] + last[0], groups[-1][1] + last[1]]
    return sum(group[0] for group in groups), sum(group[1] for group in groups)
