"""The difference of two versions, line by line, as people read it."""

import difflib
from typing import Literal

import msgspec

CONTEXT = 3
LONG = 1000
"""Lines of a text from which on lines that come again and again are no anchors: to try each of them takes seconds."""


class Line(msgspec.Struct, frozen=True):
    """A line; ``old`` and ``new`` are its numbers there (0: it is not)."""

    change: Literal["same", "added", "removed", "skipped"]
    text: str
    old: int = 0
    new: int = 0


def lines(old: str, new: str, context: int = CONTEXT) -> list[Line]:
    """Return both texts as one list; of what is the same only ``context`` lines around changes."""
    before, after = old.splitlines(), new.splitlines()
    found: list[Line] = []
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=max(len(before), len(after)) > LONG)
    last = 0
    for group in matcher.get_grouped_opcodes(context):
        start = group[0][1]
        if start > last:
            found.append(Line("skipped", str(start - last), last + 1, group[0][3]))
        for tag, i1, i2, j1, j2 in group:
            if tag == "equal":
                found += (Line("same", before[i], i + 1, j1 + i - i1 + 1) for i in range(i1, i2))
                continue
            found += (Line("removed", before[i], i + 1) for i in range(i1, i2))
            found += (Line("added", after[j], 0, j + 1) for j in range(j1, j2))
        last = group[-1][2]
    if found and last < len(before):
        found.append(Line("skipped", str(len(before) - last), last + 1))
    return found
