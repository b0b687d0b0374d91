"""Operations that make one row of many."""

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from agents.tools.columns import WrongTypeError
from agents.tools.frames import clean, kind
from agents.tools.pandas_exec.errors import DuplicateColumnError
from agents.tools.pandas_exec.operations.periods import EVERY, all_periods, is_covered, period_start
from agents.tools.pandas_exec.operations.scope import Scope

FUNCTIONS: Final[dict[str, Callable[[Any], Any]]] = {
    "sum": lambda grouped: grouped.sum(min_count=1),
    "mean": lambda grouped: grouped.mean(),
    "median": lambda grouped: grouped.median(),
    "min": lambda grouped: grouped.min(),
    "max": lambda grouped: grouped.max(),
    "std": lambda grouped: grouped.std(),
    "count": lambda grouped: grouped.count(),
    "count_distinct": lambda grouped: grouped.nunique(),
    "first": lambda grouped: grouped.first(),
    "last": lambda grouped: grouped.last(),
}
NUMERIC: Final = frozenset({"sum", "mean", "median", "std"})

__all__ = ["EVERY", "FUNCTIONS", "aggregate", "group", "resample"]


def group(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Make one row for each combination of the values in ``by``; missing is a value too."""
    return _summary(frame, scope.known(frame, op["by"], "by"), op["aggregate"], scope)


def aggregate(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Make one row of the whole table."""
    whole = frame.assign(__all=1)
    return _summary(whole, ["__all"], op["aggregate"], scope).drop(columns="__all")


def resample(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Make one row for each period (named by its first day) and combination of ``by``; rows without a date go."""
    name = op["column"]
    series = scope.column(frame, name, "column")
    if kind(series) != "date":
        raise WrongTypeError(
            f"'{name}' is {kind(series)}, not a date; cast it to date first.", field=scope.at("column"), column=name
        )
    by = scope.known(frame, op.get("by") or [], "by")
    moments = series.dropna()
    starts = period_start(moments, op["every"])
    dated = frame[series.notna()].assign(**{name: starts})
    if op.get("partial_periods", "keep") == "drop":
        dated = dated[is_covered(starts, moments, op["every"])]
    result = _summary(dated, [name, *by], op["aggregate"], scope)
    empty = op.get("empty_periods", "skip")
    if empty != "skip" and len(result):
        result = _complete(result, name, by, op["every"], zero=empty == "zero")
    return result


def _summary(frame: pd.DataFrame, by: list[str], wanted: list[dict[str, Any]], scope: Scope) -> pd.DataFrame:
    grouped: Any = frame.groupby(by, dropna=False, sort=True, observed=True)
    names = _names(wanted, by, scope)
    parts: dict[str, Any] = {}
    for index, (each, name) in enumerate(zip(wanted, names, strict=True)):
        column, function = each.get("column", ""), each["function"]
        if not column and function == "count":
            parts[name] = grouped.size()
            continue
        series = scope.column(frame, column, "aggregate", index, "column")
        if function in NUMERIC and kind(series) not in ("number", "boolean"):
            message = f"'{function}' needs numbers, and '{column}' is {kind(series)}; cast it first."
            raise WrongTypeError(message, field=scope.at("aggregate", index, "column"), column=column)
        parts[name] = FUNCTIONS[function](grouped[column])
    result = pd.DataFrame(parts).reset_index()
    return result.assign(**{name: clean(result[name]) for name in names})


def _names(wanted: list[dict[str, Any]], by: list[str], scope: Scope) -> list[str]:
    """Return result names: as asked; else the column's own; with the function added when that is taken."""
    plain = [each.get("column") or "rows" for each in wanted]
    taken = list(by)
    for index, each in enumerate(wanted):
        alone = plain.count(plain[index]) == 1 and plain[index] not in by
        name = each.get("as") or (plain[index] if alone else f"{plain[index]}_{each['function']}")
        if name in taken:
            field = scope.at("aggregate", index, "as")
            raise DuplicateColumnError(f"Two columns of the result would be named '{name}'.", field=field)
        taken.append(name)
    return taken[len(by) :]


def _complete(frame: pd.DataFrame, name: str, by: list[str], every: str, zero: bool) -> pd.DataFrame:
    """Add the periods that have no rows, for each combination of ``by``."""
    periods = pd.DataFrame({name: all_periods(frame[name], every)})
    full = periods if not by else periods.merge(frame[by].drop_duplicates(), how="cross")
    result = full.merge(frame, on=[name, *by], how="left").sort_values([name, *by], kind="stable")
    numbers = [each for each in result.columns if each not in [name, *by] and kind(result[each]) == "number"]
    return result.assign(**{each: result[each].fillna(0) for each in numbers}) if zero else result
