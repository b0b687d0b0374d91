"""The expression language: arithmetic, comparisons, and/or/not, a few functions, columns by name.

Text is cut into tokens here; names, texts and functions are replaced by placeholders, and what is left is plain
arithmetic that Python's own parser turns into a tree. Only the node types listed are let through; nothing is ever
evaluated as Python. Columns whose names are not single words are written in backticks: ```unit price` * units``.
"""

import ast
import re
from typing import Any, Final

from agents.tools.pandas_exec.errors import BadExpressionError

MAX_LENGTH: Final = 2000
MAX_NODES: Final = 300
MAX_POWER: Final = 10
_TOKEN: Final = re.compile(
    r"""(?P<space>\s+)|(?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d{1,3})?|\.\d+)|(?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
    r"""|(?P<column>`[^`]+`)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|==|!=|<=|>=|[-+*/%<>(),\[\]])""",
)
_WORDS: Final = {"and": "and", "or": "or", "not": "not", "in": "in"}
_CONSTANTS: Final[dict[str, Any]] = {"true": True, "false": False, "null": None, "none": None}
_ALLOWED: Final = (
    ast.Expression,
    *(ast.BinOp, ast.Add, ast.Sub, ast.Mult, ast.Div, ast.Mod, ast.Pow),
    *(ast.UnaryOp, ast.USub, ast.UAdd, ast.Not, ast.BoolOp, ast.And, ast.Or),
    *(ast.Compare, ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn),
    *(ast.Name, ast.Load, ast.Constant, ast.Call, ast.List, ast.Tuple),
)


class Parsed:
    """A checked tree; placeholders in it stand for ``columns``, ``constants`` and ``functions``."""

    def __init__(self, tree: ast.expr, names: dict[str, tuple[str, Any]]) -> None:
        self.tree = tree
        self._names = names

    def meaning(self, placeholder: str) -> tuple[str, Any]:
        """Return ``("column" | "constant" | "function", name or value)``."""
        return self._names[placeholder]


def parse(text: str, field: str) -> Parsed:
    """Return the tree of an expression; ``BadExpressionError`` with the column (from 1) of what is wrong."""
    if len(text) > MAX_LENGTH:
        raise BadExpressionError(f"The expression is longer than {MAX_LENGTH:,} characters.", field=field)
    code, names, places = _translate(text, field)
    try:
        tree = ast.parse(code, mode="eval")
    except SyntaxError as error:
        if "too many nested" in error.msg:
            raise BadExpressionError("The expression is nested too deeply.", field=field) from error
        if "never closed" in error.msg:
            raise _bad("A bracket is never closed", _place(places, (error.offset or 1) - 1), field) from error
        raise BadExpressionError(
            f"The expression '{text}' is not complete, or something in it is out of place.", field=field
        ) from error
    except (RecursionError, MemoryError) as error:
        raise BadExpressionError("The expression is nested too deeply.", field=field) from error
    _check(tree, places, field)
    return Parsed(tree.body, names)


def _translate(text: str, field: str) -> tuple[str, dict[str, tuple[str, Any]], list[tuple[int, int]]]:
    code, position = "", len(text) - len(text.lstrip())
    names: dict[str, tuple[str, Any]] = {}
    places: list[tuple[int, int]] = []
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise _bad(_stray(text, position), position + 1, field)
        places.append((len(code), position + 1))
        written = _written(match, text, names)
        code += written if code else written.lstrip()
        position = match.end()
    if not code.strip():
        raise BadExpressionError("The expression is empty.", field=field)
    return code, names, places


def _written(match: re.Match[str], text: str, names: dict[str, tuple[str, Any]]) -> str:
    token = match[0]
    if match.lastgroup == "space":
        return " "
    if match.lastgroup in ("number", "sign"):
        return token
    if match.lastgroup == "name" and token.lower() in _WORDS:
        return f" {_WORDS[token.lower()]} "
    placeholder = f"p{len(names)}"
    if match.lastgroup == "text":
        names[placeholder] = ("constant", re.sub(r"\\(.)", r"\1", token[1:-1]))
    elif match.lastgroup == "column":
        names[placeholder] = ("column", token[1:-1])
    elif token.lower() in _CONSTANTS:
        names[placeholder] = ("constant", _CONSTANTS[token.lower()])
    else:
        called = text[match.end() :].lstrip().startswith("(")
        names[placeholder] = ("function", token.lower()) if called else ("column", token)
    return f" {placeholder} "


def _stray(text: str, position: int) -> str:
    character = text[position]
    if character == "=":
        return "Write '==' to compare; the column a value goes to stands in its own field"
    return "A quote is never closed" if character in "'\"`" else f"'{character}' has no meaning here"


def _check(tree: ast.Expression, places: list[tuple[int, int]], field: str) -> None:
    nodes = list(ast.walk(tree))
    if len(nodes) > MAX_NODES:
        raise BadExpressionError("The expression has too many parts; divide it into several columns.", field=field)
    for node in nodes:
        column = _place(places, getattr(node, "col_offset", 0))
        if not isinstance(node, _ALLOWED) or (isinstance(node, ast.Call) and node.keywords):
            raise _bad("This form is not allowed in expressions", column, field)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            power = node.right
            small = isinstance(power, ast.Constant) and isinstance(power.value, (int, float))
            if not small or power.value > MAX_POWER:  # type: ignore[attr-defined]
                raise _bad(f"A power must be a number of at most {MAX_POWER}", column, field)


def _place(places: list[tuple[int, int]], offset: int) -> int:
    return max((original for written, original in places if written <= offset), default=1)


def _bad(message: str, column: int, field: str) -> BadExpressionError:
    return BadExpressionError(f"{message} (at character {column}).", field=field, column=column)
