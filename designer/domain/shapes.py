"""How large a value of an expression can be: bounds from above, of values at hand and of those that are still to be made."""

from collections.abc import Callable, Mapping
from typing import Any, Final

Pay = Callable[[int], None]
"""Takes the work of judging itself, in units; may refuse by raising."""

_PLAIN: Final = frozenset({int, float, bool, type(None)})
ENTRY: Final = 20
"""Characters that a value other than a text counts as."""
_MERGING: Final = 100
"""Units of merging two bounds."""
TEXT_UNIT: Final = 128
"""Characters that cost as much to copy as one entry."""


class Shape:
    """Bounds of all the values that may stand at one place.

    ``length`` counts entries of a list or map, or characters of a text; ``units`` is the work of copying the value with
    all in it (1: a number, about 40 ns), ``chars`` its size in characters. ``item`` bounds what a list holds, ``fields``
    what a map holds by name, ``key`` the length of such names; ``counted`` says whether a text in it may have a brace,
    as counts of regular expressions (``a{100}``) do.
    """

    __slots__ = ("chars", "counted", "fields", "item", "key", "length", "units")

    def __init__(
        self, length: int = 0, units: int = 1, chars: int = ENTRY, item: "Shape | None" = None, *, counted: bool = False
    ) -> None:
        """Begin with no fields; of a number by default."""
        self.length, self.units, self.chars, self.item = length, units, chars, item
        self.fields: dict[str, Shape] = {}
        self.key = 0
        self.counted = counted

    @property
    def is_plain(self) -> bool:
        """Whether nothing larger than a number, a truth value or null can stand here."""
        return self.units == 1 and not self.length and self.item is None and not self.fields

    def add(self, value: Any) -> tuple[int, int]:
        """Widen the bounds so that ``value`` keeps within them; return its own units and characters."""
        units, chars = self._measured(value)
        self.units, self.chars = max(self.units, units), max(self.chars, chars)
        return units, chars

    def _measured(self, value: Any) -> tuple[int, int]:
        if isinstance(value, str):
            self.length = max(self.length, len(value))
            self.counted = self.counted or "{" in value
            return 1 + len(value) // TEXT_UNIT, ENTRY + len(value)
        if isinstance(value, list | tuple):
            self.length = max(self.length, len(value))
            self.item = self.item or Shape()
            if set(map(type, value)) <= _PLAIN:
                return 4 + len(value), ENTRY * (1 + len(value))
            return _sum([self.item.add(entry) for entry in value], 4)
        if isinstance(value, Mapping):
            self.length = max(self.length, len(value))
            sizes = []
            for name, entry in value.items():
                key = len(str(name))
                self.key = max(self.key, key)
                field = self.fields.get(name)
                if field is None:
                    field = self.fields[name] = Shape()
                sizes.append(field.add(entry))
            names = sum(map(len, map(str, value)))
            units, chars = _sum(sizes, 4 + len(value))
            return units + names // TEXT_UNIT, chars + names
        return 1, ENTRY

    def merged(self, other: "Shape", pay: Pay) -> "Shape":
        """Return bounds that hold for the values of both; what that costs goes to ``pay``."""
        if other is self or other.is_plain:
            return self
        if self.is_plain:
            return other
        pay(_MERGING + 2 * (len(self.fields) + len(other.fields)))
        made = Shape(
            max(self.length, other.length),
            max(self.units, other.units),
            max(self.chars, other.chars),
            self.item.merged(other.item, pay) if self.item and other.item else self.item or other.item,
            counted=self.counted or other.counted,
        )
        made.key = max(self.key, other.key)
        made.fields = {**self.fields, **other.fields}
        for name in self.fields.keys() & other.fields.keys():
            made.fields[name] = self.fields[name].merged(other.fields[name], pay)
        return made

    def field(self, name: str, pay: Pay) -> "Shape":
        """Return the bounds of ``value.name``."""
        found = self.fields.get(name)
        if found is None or self.item is None:
            return found or self.item or Shape()
        return found.merged(self.item, pay)

    def element(self, pay: Pay) -> "Shape":
        """Return the bounds of ``value[…]`` for whatever index."""
        found = self.item or Shape()
        for field in self.fields.values():
            found = found.merged(field, pay)
        return found

    def iterated(self, pay: Pay) -> "Shape":
        """Return the bounds of what a macro goes through: entries of a list, names of a map."""
        found = self.item or Shape()
        return found.merged(text(self.key), pay) if self.key else found


def shape_of(value: Any) -> Shape:
    """Return the bounds of a JSON value."""
    shape = Shape()
    shape.add(value)
    return shape


def room_left(value: Any, characters: int) -> int:
    """Return what is left of so many characters after a JSON value; below 0 when it has more.

    It stops there: a value that holds the same thing many times over may be too large to walk through.
    """
    left, stack = characters, [value]
    while stack and left >= 0:
        current = stack.pop()
        left -= ENTRY
        if isinstance(current, str):
            left -= len(current)
        elif isinstance(current, list | tuple):
            left -= ENTRY * len(current)
            stack += current if left >= 0 else ()
        elif isinstance(current, Mapping):
            left -= ENTRY * len(current)
            stack += [*current, *current.values()] if left >= 0 else ()
    return left


def text(length: int, *, counted: bool = True) -> Shape:
    """Return the bounds of a text of so many characters at most."""
    return Shape(length, 1 + length // TEXT_UNIT, ENTRY + length, counted=counted)


def list_of(length: int, item: Shape) -> Shape:
    """Return the bounds of a list of so many entries at most."""
    return Shape(length, 4 + length * item.units, ENTRY + length * item.chars, item)


def _sum(sizes: list[tuple[int, int]], units: int) -> tuple[int, int]:
    return units + sum(size[0] for size in sizes), ENTRY + sum(size[1] for size in sizes)
