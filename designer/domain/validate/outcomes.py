"""What an expression gives, as far as its outermost part tells: that alone shows many a wrong type before anything runs."""

from typing import Any, Final

from designer.domain.cel_tree import Call, Chain, Choice, ListOf, Literal, Look, MapOf, Tree, tree_of
from designer.domain.types import ANYTHING, Schema

_TRUTH: Final[Schema] = {"type": "boolean"}
_NUMBER: Final[Schema] = {"type": "number"}
_WHOLE: Final[Schema] = {"type": "integer"}
_TEXT: Final[Schema] = {"type": "string"}
_LIST: Final[Schema] = {"type": "array"}

_OPERATORS: Final[dict[str, tuple[str, ...]]] = {
    "+": ("number", "string", "array"),
    "-": ("number", "string"),
    "*": ("number",),
    "/": ("number",),
    "%": ("number",),
}
"""What operators give ("a number or text", "a list or a number or text"); moments and durations become text.

All others give true or false.
"""
_FUNCTIONS: Final[dict[str, Schema]] = {
    "size": _WHOLE,
    "int": _WHOLE,
    "uint": _WHOLE,
    "double": _NUMBER,
    "string": _TEXT,
    "timestamp": _TEXT,
    "duration": _TEXT,
    "bool": _TRUTH,
    "has": _TRUTH,
}
_METHODS: Final[dict[str, Schema]] = {
    "size": _WHOLE,
    "startsWith": _TRUTH,
    "endsWith": _TRUTH,
    "matches": _TRUTH,
    "all": _TRUTH,
    "exists": _TRUTH,
    "exists_one": _TRUTH,
    "map": _LIST,
    "filter": _LIST,
}
_JSON: Final[dict[type, Schema]] = {bool: _TRUTH, int: _WHOLE, float: _NUMBER, str: _TEXT}


def outcome(source: str) -> Schema:
    """Return the schema of what an expression that compiles gives; ``ANYTHING`` where only its data can tell."""
    return _of(tree_of(source))


def _of(tree: Tree) -> Schema:
    match tree:
        case Literal():
            return _JSON.get(type(tree.value), ANYTHING)
        case Chain():
            return _of_chain(tree)
        case Choice():
            return {"anyOf": [_of(tree.then), _of(tree.otherwise)]}
        case ListOf():
            return _LIST
        case MapOf():
            return {"type": "object"}
        case Look(base=None, parts=(Call(name=name),)):
            return _FUNCTIONS.get(name, ANYTHING)
        case Look(parts=(*_, Call(name=name))):
            return _METHODS.get(name, ANYTHING)
        case _:
            return ANYTHING


def _of_chain(tree: Chain) -> Schema:
    if isinstance(tree.operands[0], Literal) and tree.operators == ("-",):
        return ANYTHING  # a sign, which the tree does not tell from `!`
    found: list[Any] = [kind for operator in tree.operators for kind in _OPERATORS.get(operator, ("boolean",))]
    return {"type": list(dict.fromkeys(found))}
