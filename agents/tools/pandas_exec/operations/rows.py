"""Operations on rows."""

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from agents.tools.columns import WrongTypeError
from agents.tools.errors import BadValueError
from agents.tools.frames import Series, kind
from agents.tools.pandas_exec.evaluate import evaluate_mask
from agents.tools.pandas_exec.operations.scope import Scope

_ORDERED: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "==": lambda series, value: series == value,
    "!=": lambda series, value: series != value,
    "<": lambda series, value: series < value,
    "<=": lambda series, value: series <= value,
    ">": lambda series, value: series > value,
    ">=": lambda series, value: series >= value,
}
_TEXT: Final[dict[str, Callable[[Any, str], Any]]] = {
    "contains": lambda series, value: series.str.contains(value, regex=False),
    "starts_with": lambda series, value: series.str.startswith(value),
    "ends_with": lambda series, value: series.str.endswith(value),
}
OPERATORS: Final = (*_ORDERED, "in", "not_in", *_TEXT, "is_missing", "is_present")


def keep(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Keep the rows that a condition holds for: an expression, or column, operator and value."""
    if op.get("expression"):
        return frame[evaluate_mask(op["expression"], frame, scope.at("expression"))]
    if not op.get("column"):
        raise BadValueError("Give an expression, or a column with an operator.", field=scope.at("column"))
    series = scope.column(frame, op["column"], "column")
    mask = _mask(series, op.get("operator", "=="), op.get("value"), scope)
    kept: pd.DataFrame = frame[mask.fillna(False).astype(bool)]
    return kept


def sort(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Order by columns, missing values last; rows that are equal keep their order."""
    names = scope.known(frame, op["by"], "by")
    return frame.sort_values(names, ascending=not op.get("descending", False), kind="stable", na_position="last")


def limit(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Keep ``count`` rows, after the first ``offset``."""
    start = op.get("offset", 0)
    return frame.iloc[start : start + op["count"]]


def distinct(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Keep the first of the rows that are equal in these columns (all when none are named)."""
    names = scope.known(frame, op.get("columns") or [], "columns")
    return frame.drop_duplicates(subset=names or None)


def _mask(series: Series, sign: str, value: Any, scope: Scope) -> Series:
    if sign in ("is_missing", "is_present"):
        return series.isna() if sign == "is_missing" else series.notna()
    if sign in ("in", "not_in"):
        wanted = [_fitting(series, each, scope) for each in (value if isinstance(value, list) else [value])]
        return series.isin(wanted) if sign == "in" else ~series.isin(wanted)
    if sign in _TEXT:
        if kind(series) != "text" or not isinstance(value, str):
            raise WrongTypeError(
                f"'{sign}' works on text; '{series.name}' is {kind(series)}.", field=scope.at("column")
            )
        return _TEXT[sign](series, value)
    if value is None:
        raise BadValueError("Give a value, or use 'is_missing'.", field=scope.at("value"))
    result: Series = _ORDERED[sign](series, _fitting(series, value, scope))
    return result


def _fitting(series: Series, value: Any, scope: Scope) -> Any:
    """Return the value as the column's type; numbers and dates may come as text."""
    found = kind(series)
    try:
        if found == "date":
            moment = pd.Timestamp(value)
            return moment.tz_localize(series.dt.tz) if series.dt.tz and not moment.tz else moment
        if found == "number" and not isinstance(value, bool):
            return float(value) if isinstance(value, str) else value + 0
        if found == "boolean" and isinstance(value, bool):
            return value
        if found == "text" and value is not None:
            return value if isinstance(value, str) else str(value)
    except (TypeError, ValueError):
        pass
    message = f"'{value}' cannot be compared with the {found} column '{series.name}'."
    raise WrongTypeError(message, field=scope.at("value"), column=series.name)
