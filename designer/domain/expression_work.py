"""How much work an expression is on the data at hand, and how large what it makes: bounds from above, before it runs.

The CEL library holds the interpreter while it evaluates and cannot be stopped, and it builds the list of a macro by
copying it for every entry (n entries cost n²/2). So whatever a variable, a macro, an operator or a function can make of
the data is followed through the tree of the expression; no name and no function is beyond it.
"""

import math
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, NamedTuple

from designer.domain.cel_tree import MACROS, Call, Chain, Choice, Field, Index, ListOf, Literal, Look, MapOf, Name, Tree
from designer.domain.function_work import judged
from designer.domain.shapes import Shape, list_of, shape_of

MAX_WORK: Final = 10_000_000
"""Most units of work; one is copying a number, so that this is about half a second."""
MAX_TOGETHER: Final = 3 * MAX_WORK
"""Most units of all the expressions that one value, or one decision on a step, is made with."""
MAX_CHARACTERS: Final = 16 * 1024 * 1024
"""Most characters that a value may come to, a number counted as twenty; twice of what a step may hand on."""

_TURN: Final = 3
"""Units of one turn of a macro beside its body."""
_CHEAP_CALLS: Final = frozenset(
    {"size", "has", "int", "uint", "double", "type", "dyn", "startsWith", "endsWith", "bool"}
)
_CHEAP_LOOKS: Final = 4
_COPYING: Final = 3
"""What a value counts as that is copied into another, which so can grow from one iteration to the next."""


class Meter(threading.local):
    """Counts the units of the expressions that this thread evaluates."""

    def __init__(self) -> None:
        """Begin with none, and no end."""
        self.units = 0
        self._end = math.inf

    @contextmanager
    def together(self) -> Iterator[None]:
        """Hold all expressions evaluated inside to ``MAX_TOGETHER``; raises what ``add`` raises."""
        outer, self._end = self._end, min(self._end, self.units + MAX_TOGETHER)
        try:
            yield
        finally:
            self._end = outer

    def add(self, units: int) -> None:
        """Count an expression; raises ``TooMuchWorkError`` when it goes beyond what those together may do."""
        self.units += units
        if self.units > self._end:
            message = f"with the expressions beside it, it could copy or compare more than {MAX_TOGETHER:,} entries"
            raise TooMuchWorkError(message, "expression_work")


METER: Final = Meter()


class TooMuchWorkError(Exception):
    """The expression would hold up everything else; ``rule`` says which bound it breaks."""

    def __init__(self, message: str, rule: str) -> None:
        """Take what goes beyond which rule."""
        super().__init__(message)
        self.message, self.rule = message, rule


class _Known:
    """A value at hand, not yet measured."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


Found = _Known | Shape
Names = Mapping[str, Found]


def is_cheap(tree: Tree) -> bool:
    """Whether an expression is little work whatever the data: no macro, no large copies, no functions that make any."""
    return _looks(tree) <= _CHEAP_LOOKS


class Judged(NamedTuple):
    """What an expression comes to at most: ``units`` of work, the bounds of its ``result``.

    ``over_objects`` says whether a macro may go through the names of an object.
    """

    units: int
    result: Shape
    over_objects: bool


def work_of(tree: Tree, variables: Mapping[str, Any]) -> Judged:
    """Judge an expression on these variables.

    Raises ``TooMuchWorkError`` when that is too much.
    """
    return _Estimate().whole(tree, {name: _Known(value) for name, value in variables.items()})


def _looks(tree: Tree) -> int:
    """Count the values that an expression names; one that is not cheap counts as too many."""
    match tree:
        case Chain():
            return sum(map(_looks, tree.operands)) * (_COPYING if "+" in tree.operators else 1)
        case Choice():
            return _looks(tree.condition) + _looks(tree.then) + _looks(tree.otherwise)
        case ListOf():
            return sum(map(_looks, tree.items)) * _COPYING
        case MapOf():
            return sum(_looks(key) + _looks(value) for key, value in tree.pairs) * _COPYING
        case Look():
            inside = [argument for part in tree.parts if isinstance(part, Call) for argument in part.arguments]
            inside += [part.key for part in tree.parts if isinstance(part, Index)]
            cheap = all(part.name in _CHEAP_CALLS for part in tree.parts if isinstance(part, Call))
            return sum(map(_looks, inside)) + (_looks(tree.base) if tree.base else 0) + (not cheap) * 1000
        case Literal():
            return 0
        case Name():
            return 1


class _Estimate:
    def __init__(self) -> None:
        self._work = 0
        self._times = 1
        self._longest = 0
        self._over_objects = False
        self._measured: dict[int, Shape] = {}

    def whole(self, tree: Tree, names: Names) -> Judged:
        result = self._shape(self._of(tree, names))
        self._spend(3 * result.units)
        return Judged(self._work, result, self._over_objects)

    def _spend(self, units: int) -> None:
        """Count work that is done in every turn of the macros around it."""
        self._pay(units * self._times)

    def _pay(self, units: int) -> None:
        self._work += units
        if self._work > MAX_WORK:
            message = f"it could copy or compare more than {MAX_WORK:,} entries"
            if self._longest:
                message = (
                    f"it could copy or compare more than {MAX_WORK:,} entries, going through lists of up to "
                    f"{self._longest:,} entries"
                )
            raise TooMuchWorkError(message, "expression_work")

    def _fits(self, shape: Shape) -> Shape:
        if shape.chars > MAX_CHARACTERS:
            message = f"it could make a value of {shape.chars:,} characters, and {MAX_CHARACTERS:,} are allowed"
            raise TooMuchWorkError(message, "expression_size")
        return shape

    def _shape(self, found: Found) -> Shape:
        if isinstance(found, Shape):
            return found
        shape = self._measured.get(id(found.value))
        if shape is None:
            shape = self._measured[id(found.value)] = shape_of(found.value)
            self._pay(4 * shape.units)
        return shape

    def _of(self, tree: Tree, names: Names) -> Found:
        self._spend(1)
        match tree:
            case Literal():
                return _Known(tree.value)
            case Name():
                return names.get(tree.name) or Shape()
            case Look():
                return self._looked(tree, names)
            case Chain():
                return self._chain(tree, names)
            case Choice():
                self._of(tree.condition, names)
                then, otherwise = self._of(tree.then, names), self._of(tree.otherwise, names)
                return self._shape(then).merged(self._shape(otherwise), self._pay)
            case ListOf():
                return self._listed([self._shape(self._of(item, names)) for item in tree.items])
            case MapOf():
                return self._mapped(tree, names)

    def _listed(self, items: list[Shape]) -> Shape:
        made = Shape(len(items), 4 + sum(item.units for item in items), 20 + sum(item.chars for item in items), Shape())
        self._spend(2 * made.units)
        for item in items:
            made.item = item if made.item is None or made.item.is_plain else made.item.merged(item, self._pay)
        return self._fits(made)

    def _mapped(self, tree: MapOf, names: Names) -> Shape:
        made = Shape(len(tree.pairs), 4, 20)
        for key, value in tree.pairs:
            name, shape = self._of(key, names), self._shape(self._of(value, names))
            word = self._shape(name)
            made.units += 1 + word.units + shape.units
            made.chars += word.chars + shape.chars
            made.key = max(made.key, word.length, 20)
            if isinstance(key, Literal) and isinstance(key.value, str):
                made.fields[key.value] = shape
            else:
                made.item = shape if made.item is None else made.item.merged(shape, self._pay)
        self._spend(2 * made.units)
        return self._fits(made)

    def _chain(self, tree: Chain, names: Names) -> Found:
        operands = [self._of(operand, names) for operand in tree.operands]
        if tree.operators[0] in ("+", "-"):
            made = self._shape(operands[0])
            for operand in operands[1:]:
                made = self._sum(made, self._shape(operand))
            return made
        if tree.operators[0] not in ("&&", "||", "*", "/", "%"):
            for operand in operands:
                self._spend(1 + self._shape(operand).units // 2)
        self._spend(len(operands))
        return Shape()

    def _sum(self, first: Shape, second: Shape) -> Shape:
        self._spend(first.units + second.units)
        if first.is_plain and second.is_plain:
            return first
        units, chars = first.units + second.units, first.chars + second.chars
        made = Shape(first.length + second.length, units, chars, counted=first.counted or second.counted)
        items = [item for item in (first.item, second.item) if item is not None]
        made.item = items[0].merged(items[-1], self._pay) if items else None
        return self._fits(made)

    def _looked(self, tree: Look, names: Names) -> Found:
        parts = list(tree.parts)
        self._spend(len(parts))
        found: Found | None = None
        if isinstance(tree.base, Name) and tree.base.name not in names and isinstance(parts[0], Call):
            parts[0] = Call(f"{tree.base.name}.{parts[0].name}", parts[0].arguments)  # math.greatest(…)
        elif tree.base is not None:
            found = self._of(tree.base, names)
        for part in parts:
            match part:
                case Field():
                    found = self._field(found or Shape(), part.name)
                case Index():
                    found = self._indexed(found or Shape(), part.key, names)
                case Call():
                    found = self._called(found, part, names)
        return found or Shape()

    def _field(self, found: Found, name: str) -> Found:
        if isinstance(found, _Known):
            return _Known(found.value.get(name) if isinstance(found.value, Mapping) else None)
        return found.field(name, self._pay)

    def _indexed(self, found: Found, key: Tree, names: Names) -> Found:
        self._of(key, names)
        if isinstance(found, _Known) and isinstance(key, Literal):
            if isinstance(found.value, Mapping):
                return self._field(found, str(key.value))
            if isinstance(found.value, list) and isinstance(key.value, int) and key.value < len(found.value):
                return _Known(found.value[key.value])
        return self._shape(found).element(self._pay)

    def _called(self, found: Found | None, call: Call, names: Names) -> Found:
        is_macro = found is not None and call.name in MACROS and len(call.arguments) in (2, 3)
        if is_macro and found is not None and isinstance(call.arguments[0], Name):
            return self._macro(self._shape(found), call, names)
        given = [self._of(argument, names) for argument in call.arguments]
        if found is not None:
            given = [found, *given]
        known = [value.value if isinstance(value, _Known) else None for value in given]
        made = judged(call.name, [self._shape(value) for value in given], known, self._spend, self._pay)
        self._spend(2 * self._fits(made).units)
        return made

    def _macro(self, through: Shape, call: Call, names: Names) -> Shape:
        variable = call.arguments[0]
        assert isinstance(variable, Name)
        turns, entry = through.length, through.iterated(self._pay)
        self._longest = max(self._longest, turns)
        self._spend(through.units)  # the variable is a copy of the entry
        if through.key:
            self._over_objects = True
            self._spend(4 * through.units)
        around, self._times = self._times, self._times * max(1, turns)
        bodies = [self._shape(self._of(body, {**names, variable.name: entry})) for body in call.arguments[1:]]
        self._spend(_TURN)
        self._times = around
        if call.name not in ("map", "filter"):
            return Shape()
        made = list_of(turns, bodies[-1]) if call.name == "map" else list_of(turns, entry)
        if call.name == "filter":
            made.units, made.chars = min(made.units, through.units), min(made.chars, through.chars)
        self._spend((1 + turns) * made.units // 2)
        return self._fits(made)
