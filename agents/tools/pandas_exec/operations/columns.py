"""Operations on columns."""

import re
from typing import Any, Final

import pandas as pd

from agents.tools.columns import WrongTypeError
from agents.tools.frames import Series, clean, kind
from agents.tools.pandas_exec.errors import BadCastError, BadExpressionError, DuplicateColumnError
from agents.tools.pandas_exec.evaluate import evaluate
from agents.tools.pandas_exec.operations.scope import Scope

_TARGET: Final = re.compile(r"\s*(?:`([^`]+)`|([^\W\d]\w*))\s*=(?!=)\s*(.*)", re.DOTALL)
_TRUE: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def select(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Keep these columns, in this order."""
    names = scope.known(frame, op["columns"], "columns")
    return frame[list(dict.fromkeys(names))]


def drop(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Leave these columns out."""
    return frame.drop(columns=scope.known(frame, op["columns"], "columns"))


def rename(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Give columns new names; with ``missing: ignore`` those that are there."""
    if op.get("missing", "error") == "error":
        for old in op["columns"]:
            scope.column(frame, old, "columns", old)
    renamed = frame.rename(columns=op["columns"])
    twice = renamed.columns[renamed.columns.duplicated()]
    if len(twice):
        raise DuplicateColumnError(f"Two columns would be named '{twice[0]}'.", field=scope.at("columns"))
    return renamed


def derive(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Compute a column; ``expression`` may be 'revenue = units * price' when ``column`` is not given."""
    name, expression = op.get("column"), op["expression"]
    if not name:
        match = _TARGET.fullmatch(expression)
        if match is None:
            raise BadExpressionError(
                "Name the new column, or write the expression as 'column = …'.", field=scope.at("column")
            )
        name, expression = match[1] or match[2], match[3]
    return frame.assign(**{name: evaluate(expression, frame, scope.at("expression"))})


def cast(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Change the type of columns; what does not fit is an error, or missing with ``errors: missing``."""
    target, lenient = op["to"], op.get("errors", "fail") == "missing"
    for index, name in enumerate(scope.known(frame, op["columns"], "columns")):
        series = frame[name]
        new = _converted(series, target)
        lost = series[new.isna() & series.notna()]
        if len(lost) and not lenient:
            raise BadCastError(
                f"{len(lost):,} values of '{name}' are no {target}, such as '{lost.iloc[0]}'; "
                "mend them, or let them become missing.",
                field=scope.at("columns", index),
                column=name,
                count=len(lost),
            )
        frame = frame.assign(**{name: new})
    return frame


def fill_missing(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Put a value, or one taken from the column, where values are missing."""
    method = op.get("method", "value")
    names = scope.known(frame, op.get("columns") or [], "columns") or [
        name for name in frame.columns if method not in ("mean", "median", "zero") or kind(frame[name]) == "number"
    ]
    for index, name in enumerate(names):
        try:
            frame = frame.assign(**{name: _filled(frame[name], method, op.get("value"))})
        except (TypeError, ValueError, AttributeError) as error:
            what = f"'{op.get('value')}'" if method == "value" else f"the {method}"
            message = f"The {kind(frame[name])} column '{name}' cannot be filled with {what}."
            raise WrongTypeError(message, field=scope.at("columns", index), column=name) from error
    return frame


def _filled(series: Series, method: str, value: Any) -> Series:
    if method == "forward":
        return series.ffill()
    if method == "backward":
        return series.bfill()
    if method in ("mean", "median"):
        if kind(series) != "number":
            raise TypeError
        numbers = series.astype("Float64")
        return clean(numbers.fillna(numbers.mean() if method == "mean" else numbers.median()))
    filling = 0 if method == "zero" else value
    if kind(series) == "date":
        return series.fillna(pd.Timestamp(filling))
    if kind(series) == "text" and not isinstance(filling, str):
        raise TypeError
    if kind(series) == "number" and isinstance(filling, float) and not filling.is_integer():
        series = series.astype("Float64")
    return series.fillna(filling)


def _converted(series: Series, target: str) -> Series:
    found = kind(series)
    if target == "string":
        return clean(series.dt.strftime("%Y-%m-%d") if found == "date" and _is_daily(series) else series.astype(str))
    if target == "boolean":
        return series.astype("string").str.lower().map(_TRUE).astype("boolean")
    if target in ("date", "datetime"):
        moments: Any = series if found == "date" else pd.to_datetime(series, format="ISO8601", errors="coerce")
        return moments.dt.normalize() if target == "date" else moments
    numbers: Any = pd.to_numeric(series.astype("Int64") if found == "boolean" else series, errors="coerce")
    numbers = numbers.astype("Float64")
    if target == "number":
        return clean(numbers)
    whole = numbers.where((numbers % 1 == 0).fillna(False).astype(bool), pd.NA)
    return whole.astype("Int64")


def _is_daily(series: Series) -> bool:
    return bool((series.dt.normalize() == series)[series.notna()].all())
