"""The value of an expression over the columns of a frame."""

import ast
import operator
from collections.abc import Callable
from functools import reduce
from typing import Any, Final

import pandas as pd

from agents.tools.columns import WrongTypeError, unknown_column
from agents.tools.errors import ToolError
from agents.tools.frames import Series, clean, kind
from agents.tools.pandas_exec.errors import BadExpressionError
from agents.tools.pandas_exec.functions import FUNCTIONS
from agents.tools.pandas_exec.parse import Parsed, parse

_ARITHMETIC: Final[dict[type[ast.AST], tuple[str, Callable[[Any, Any], Any]]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
}
_COMPARISONS: Final[dict[type[ast.AST], Callable[[Any, Any], Any]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def evaluate(text: str, frame: pd.DataFrame, field: str) -> Series:
    """Return a series as long as the frame.

    ``BadExpressionError``, ``UnknownColumnError`` or ``WrongTypeError``, all on ``field``.
    """
    evaluator = _Evaluator(parse(text, field), frame, field)
    try:
        value = evaluator.value(evaluator.parsed.tree)
        return clean(evaluator.as_series(value))
    except ToolError:
        raise
    except (TypeError, ValueError, AttributeError, ArithmeticError, NotImplementedError) as error:
        raise WrongTypeError(f"The expression '{text}' does not fit the types of its columns.", field=field) from error


def evaluate_mask(text: str, frame: pd.DataFrame, field: str) -> Series:
    """Return which rows an expression holds for; missing counts as no."""
    result = evaluate(text, frame, field)
    if kind(result) != "boolean":
        raise WrongTypeError(f"The expression '{text}' gives no true or false; compare something.", field=field)
    return result.fillna(False).astype(bool)


class _Evaluator:
    def __init__(self, parsed: Parsed, frame: pd.DataFrame, field: str) -> None:
        self.parsed, self._frame, self._field = parsed, frame, field

    def as_series(self, value: Any) -> Series:
        if isinstance(value, pd.Series):
            return value
        return pd.Series([value] * len(self._frame), index=self._frame.index)

    def value(self, node: ast.AST) -> Any:
        match node:
            case ast.Constant():
                return node.value
            case ast.Name():
                return self._named(node.id)
            case ast.List() | ast.Tuple():
                return [self.value(each) for each in node.elts]
            case ast.Call():
                return self._call(node)
            case ast.UnaryOp():
                return self._unary(node)
            case ast.BinOp():
                return self._arithmetic(node)
            case ast.BoolOp():
                join = operator.and_ if isinstance(node.op, ast.And) else operator.or_
                return reduce(join, [self._truth(each) for each in node.values])
            case ast.Compare():
                return self._compare(node)
        raise BadExpressionError(field=self._field)

    def _named(self, placeholder: str) -> Any:
        role, name = self.parsed.meaning(placeholder)
        if role == "constant":
            return name
        if role == "function":
            raise BadExpressionError(f"'{name}' is a function; call it with its arguments.", field=self._field)
        if name not in self._frame.columns:
            raise unknown_column(name, self._frame.columns, self._field)
        return self._frame[name]

    def _truth(self, node: ast.AST) -> Any:
        series = self.as_series(self.value(node))
        if kind(series) != "boolean":
            raise WrongTypeError("'and', 'or' and 'not' join comparisons.", field=self._field)
        return series.astype("boolean")

    def _unary(self, node: ast.UnaryOp) -> Any:
        if isinstance(node.op, ast.Not):
            return ~self._truth(node.operand)
        value = self.value(node.operand)
        self._must_be_numbers("-", value)
        return -value if isinstance(node.op, ast.USub) else value

    def _arithmetic(self, node: ast.BinOp) -> Any:
        sign, combine = _ARITHMETIC[type(node.op)]
        left, right = self.value(node.left), self.value(node.right)
        kinds = {self._kind(left), self._kind(right)}
        if sign == "+" and kinds == {"text"}:
            return combine(left, right)
        if sign in "+-" and "date" in kinds:
            raise WrongTypeError("Dates are not added; use days_between(start, end).", field=self._field)
        self._must_be_numbers(sign, left, right)
        if not isinstance(left, pd.Series) and not isinstance(right, pd.Series):
            left = self.as_series(left)
        return combine(left, right)

    def _compare(self, node: ast.Compare) -> Any:
        left, parts = self.value(node.left), []
        for sign, right_node in zip(node.ops, node.comparators, strict=True):
            right = self.value(right_node)
            if isinstance(sign, (ast.In, ast.NotIn)):
                found = self.as_series(left).isin(right if isinstance(right, list) else [right])
                parts.append(found if isinstance(sign, ast.In) else ~found)
            else:
                self._must_be_alike(left, right)
                parts.append(self.as_series(_COMPARISONS[type(sign)](self.as_series(left), right)))
            left = right
        return reduce(operator.and_, parts)

    def _call(self, node: ast.Call) -> Any:
        role, name = self.parsed.meaning(node.func.id) if isinstance(node.func, ast.Name) else ("", "")
        if role != "function" or name not in FUNCTIONS:
            known = ", ".join(sorted(FUNCTIONS))
            raise BadExpressionError(f"There is no function '{name}'; there are {known}.", field=self._field)
        function, first, fewest, most = FUNCTIONS[name]
        if not fewest <= len(node.args) <= most:
            wanted = str(fewest) if fewest == most else f"{fewest} to {most}"
            raise BadExpressionError(f"{name}() takes {wanted} values, not {len(node.args)}.", field=self._field)
        values = [self.value(each) for each in node.args]
        head = self.as_series(values[0])
        if first not in ("any", kind(head)):
            raise WrongTypeError(f"{name}() works on a {first}, and this is a {kind(head)}.", field=self._field)
        return function(head, *values[1:])

    def _kind(self, value: Any) -> str:
        return kind(self.as_series(value) if not isinstance(value, pd.Series) else value)

    def _must_be_numbers(self, sign: str, *values: Any) -> None:
        for value in values:
            if self._kind(value) not in ("number", "boolean"):
                shown = (
                    f"column '{value.name}'" if isinstance(value, pd.Series) and value.name is not None else "one side"
                )
                message = f"'{sign}' needs numbers, and {shown} is {self._kind(value)}; cast it first."
                raise WrongTypeError(message, field=self._field)

    def _must_be_alike(self, left: Any, right: Any) -> None:
        kinds = {self._kind(left), self._kind(right)}
        dated = kinds == {"date", "text"} and not (isinstance(left, pd.Series) and isinstance(right, pd.Series))
        if left is None or right is None or len(kinds) == 1 or dated:
            return
        raise WrongTypeError(f"A {' and a '.join(sorted(kinds))} cannot be compared.", field=self._field)
