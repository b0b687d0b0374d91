"""Macros that go through the names of an object do so in the order of the alphabet.

The CEL library gives the names of an object in another order each time it is asked, but a run that is taken over must
come to the very list it had: so where such a macro meets an object, the names are put in order before it.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from designer.domain.cel_tree import MACROS, Call, Look, Tree, inside

IN_ORDER: Final = "inOrder"
_LISTS: Final = frozenset({"map", "filter"})


def in_order(value: Any) -> Any:
    """Return the names of an object in order; anything else as it is."""
    return sorted(value, key=str) if isinstance(value, dict) else value


def ordering(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that takes the names of an object in order where it goes through what it is called on."""
    return lambda first, *more: function(in_order(first), *more)


def with_order(source: str, tree: Tree) -> str:
    """Return the source with all that its macros go through put in order."""
    for position, written in sorted(_insertions(tree), reverse=True):
        source = source[:position] + written + source[position:]
    return source


def _insertions(tree: Tree) -> Iterator[tuple[int, str]]:
    if isinstance(tree, Look):
        before = ""
        for part in tree.parts:
            name = part.name if isinstance(part, Call) else ""
            if isinstance(part, Call) and name in MACROS and before not in _LISTS:
                yield part.target[0], f"{IN_ORDER}("
                yield part.target[1], ")"
            before = name
    for each in inside(tree):
        yield from _insertions(each)
