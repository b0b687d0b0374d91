"""The tree of a CEL expression, for judging it before it is evaluated: the CEL library shows none.

It takes whatever the library takes and may take more. Grammar: https://github.com/google/cel-spec, doc/langdef.md.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Union


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, truth value or null; numbers with a point, a sign or more than 18 digits are all 0.0."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Operands joined by operators that bind equally: ``a + b - c``."""

    operators: tuple[str, ...]
    operands: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """``condition ? then : otherwise``."""

    condition: "Tree"
    then: "Tree"
    otherwise: "Tree"


@dataclass(frozen=True, slots=True)
class ListOf:
    """``[a, b]``."""

    items: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class MapOf:
    """``{key: value}``."""

    pairs: tuple[tuple["Tree", "Tree"], ...]


@dataclass(frozen=True, slots=True)
class Field:
    """``….name`` (a part of ``Look``)."""

    name: str


@dataclass(frozen=True, slots=True)
class Index:
    """``…[key]`` (a part of ``Look``)."""

    key: "Tree"


@dataclass(frozen=True, slots=True)
class Call:
    """``….name(arguments)``, or ``name(arguments)`` where nothing stands before it (a part of ``Look``).

    ``target`` is where in the source that begins and ends which it is called on.
    """

    name: str
    arguments: tuple["Tree", ...]
    target: tuple[int, int] = field(default=(0, 0), compare=False)


@dataclass(frozen=True, slots=True)
class Look:
    """What follows a value: fields, indexes and calls, from left to right."""

    base: Union["Tree", None]
    parts: tuple[Field | Index | Call, ...]


Tree = Literal | Name | Chain | Choice | ListOf | MapOf | Look

MACROS: Final = frozenset({"all", "exists", "exists_one", "existsOne", "filter", "map"})
"""Calls whose first argument is a name for each entry of what they are called on."""

_LEVELS: Final = {
    "||": 1, "&&": 2, "<": 3, "<=": 3, ">": 3, ">=": 3, "==": 3, "!=": 3, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5,
}  # fmt: skip
_TOKEN: Final = re.compile(
    r"""
    (?P<space>(?:\s+|//[^\n]*)+)
  | (?P<raw>(?:[rR][bB]?|[bB][rR])(?:'''[\s\S]*?'''|\"""[\s\S]*?\"""|'[^'\n]*'|"[^"\n]*"))
  | (?P<text>[bB]?(?:'''(?:\\[\s\S]|[^\\])*?'''|\"""(?:\\[\s\S]|[^\\])*?\"""|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"))
  | (?P<number>(?:0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?)[uU]?)
  | (?P<name>[A-Za-z_]\w*)
  | (?P<sign>\|\||&&|<=|>=|==|!=|[-+*/%!<>?:.,\[\]{}()])
    """,
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(r"\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|([\s\S]))")
_CONTROLS: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_WORDS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None}


def tree_of(source: str) -> Tree:
    """Return the tree of an expression that the CEL library has compiled; raises ``ValueError`` on anything else."""
    reader = _Reader(source)
    tree = reader.expression()
    if reader.ahead:
        raise ValueError(f"unexpected {reader.ahead}")
    return tree


def inside(tree: Tree) -> Iterator[Tree]:
    """Yield the trees that stand directly in a tree."""
    match tree:
        case Chain():
            yield from tree.operands
        case Choice():
            yield from (tree.condition, tree.then, tree.otherwise)
        case ListOf():
            yield from tree.items
        case MapOf():
            for pair in tree.pairs:
                yield from pair
        case Look():
            if tree.base is not None:
                yield tree.base
            for part in tree.parts:
                if isinstance(part, Call):
                    yield from part.arguments
                elif isinstance(part, Index):
                    yield part.key


class _Reader:
    def __init__(self, source: str) -> None:
        self._tokens = list(_tokens(source))
        self._at = 0

    @property
    def ahead(self) -> str:
        """The token that comes next as it is written; empty for a text and at the end."""
        kind, value, _ = self._tokens[self._at]
        return value if kind in ("sign", "name") else ""

    def expression(self) -> Tree:
        condition = self._chain(1)
        if not self._takes("?"):
            return condition
        then = self.expression()
        self._expect(":")
        return Choice(condition, then, self.expression())

    def _chain(self, least: int) -> Tree:
        tree = self._unary()
        while (level := _LEVELS.get(self.ahead, 0)) >= least:
            operators, operands = [], [tree]
            while _LEVELS.get(self.ahead) == level:
                operators.append(self.ahead)
                self._at += 1
                operands.append(self._chain(level + 1))
            tree = Chain(tuple(operators), tuple(operands))
        return tree

    def _unary(self) -> Tree:
        signs = 0
        while self._takes("!") or self._takes("-"):
            signs += 1
        looked = self._look()
        return Chain(("-",), (Literal(0.0), looked)) if signs else looked

    def _look(self) -> Tree:
        begin = self._tokens[self._at][2]
        base: Tree | None = self._primary()
        parts: list[Field | Index | Call] = []
        if isinstance(base, Name) and self._takes("("):
            parts.append(Call(base.name, self._listed(")")))
            base = None
        while True:
            end = self._tokens[self._at][2]
            if self._takes("."):
                name = self._next("name")
                parts.append(Call(name, self._listed(")"), (begin, end)) if self._takes("(") else Field(name))
            elif self._takes("["):
                parts.append(Index(self.expression()))
                self._expect("]")
            elif parts and self.ahead == "{":  # a message: the library knows none, and says so when it runs
                parts.append(Index(self._primary()))
            else:
                return Look(base, tuple(parts)) if parts or base is None else base

    def _primary(self) -> Tree:
        self._takes(".")
        kind, value, _ = self._tokens[self._at]
        self._at += 1
        if kind in ("text", "raw"):
            return Literal(value)
        if kind == "number":
            return Literal(int(value) if value.isdecimal() and len(value) <= 18 else 0.0)
        if kind == "name":
            return Literal(_WORDS[value]) if value in _WORDS else Name(value)
        if value == "(":
            inner = self.expression()
            self._expect(")")
            return inner
        if value == "[":
            return ListOf(self._listed("]"))
        if value == "{":
            return MapOf(self._pairs())
        raise ValueError(f"unexpected {value or 'end'}")

    def _listed(self, closing: str) -> tuple[Tree, ...]:
        items: list[Tree] = []
        while not self._takes(closing):
            items.append(self.expression())
            if not self._takes(","):
                self._expect(closing)
                break
        return tuple(items)

    def _pairs(self) -> tuple[tuple[Tree, Tree], ...]:
        pairs: list[tuple[Tree, Tree]] = []
        while not self._takes("}"):
            key = self.expression()
            self._expect(":")
            pairs.append((key, self.expression()))
            if not self._takes(","):
                self._expect("}")
                break
        return tuple(pairs)

    def _takes(self, sign: str) -> bool:
        if self.ahead != sign:
            return False
        self._at += 1
        return True

    def _expect(self, sign: str) -> None:
        if not self._takes(sign):
            raise ValueError(f"expected {sign}")

    def _next(self, kind: str) -> str:
        found, value, _ = self._tokens[self._at]
        if found != kind:
            raise ValueError(f"expected a {kind}")
        self._at += 1
        return value


def _tokens(source: str) -> list[tuple[str, str, int]]:
    """Return kind, text and place of each token; an empty one ends them."""
    found: list[tuple[str, str, int]] = []
    position = 0
    while position < len(source):
        match = _TOKEN.match(source, position)
        if match is None:
            raise ValueError(f"unexpected {source[position]}")
        kind = str(match.lastgroup)
        if kind != "space":
            found.append((kind, _said(kind, match.group()), position))
        position = match.end()
    return [*found, ("end", "", position)]


def _said(kind: str, written: str) -> str:
    """Return a token as written; of a text what stands between its quotes, with its escapes read."""
    if kind not in ("text", "raw"):
        return written
    quoted = written.lstrip("rRbB")
    width = 3 if quoted[:3] in ("'''", '"""') and len(quoted) > 5 else 1
    inside = quoted[width:-width]
    return inside if kind == "raw" else _ESCAPE.sub(_unescaped, inside)


def _unescaped(match: re.Match[str]) -> str:
    two, four, eight, octal, other = match.groups()
    if other is not None:
        return _CONTROLS.get(other, other)
    code = int(octal, 8) if octal else int(two or four or eight, 16)
    return chr(code) if code <= 0x10FFFF else ""
