"""The functions of expressions. Arguments are series or plain values; missing values stay missing."""

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from agents.tools.frames import clean

Function = Callable[..., Any]


def _text(value: Any) -> Any:
    return value.str


def _replace(value: Any, old: str, new: str) -> Any:
    return value.str.replace(old, new, regex=False)


def _coalesce(first: Any, *others: Any) -> Any:
    for other in others:
        first = first.where(first.notna(), other)
    return first


def _if(condition: Any, yes: Any, no: Any) -> Any:
    chosen = condition.fillna(False).astype(bool)
    filled = pd.Series([yes] * len(chosen), index=chosen.index) if not isinstance(yes, pd.Series) else yes
    return filled.where(chosen, no)


def _round(value: Any, digits: int = 0) -> Any:
    return value.round(int(digits))


def _whole(value: Any, up: bool) -> Any:
    down = value // 1
    return (down + (down < value).astype("Int64") if up else down).astype("Int64")


def _date(value: Any) -> Any:
    return pd.to_datetime(value, format="ISO8601", errors="coerce")


def _number(value: Any) -> Any:
    found: Any = pd.to_numeric(value, errors="coerce")
    return clean(found)


def _as_text(value: Any) -> Any:
    return value.dt.strftime("%Y-%m-%d") if pd.api.types.is_datetime64_any_dtype(value) else value.astype("string")


FUNCTIONS: Final[dict[str, tuple[Function, str, int, int]]] = {
    # name: function, what the first argument must be, fewest and most arguments
    "round": (_round, "number", 1, 2),
    "abs": (lambda value: value.abs(), "number", 1, 1),
    "floor": (lambda value: _whole(value, False), "number", 1, 1),
    "ceil": (lambda value: _whole(value, True), "number", 1, 1),
    "lower": (lambda value: _text(value).lower(), "text", 1, 1),
    "upper": (lambda value: _text(value).upper(), "text", 1, 1),
    "trim": (lambda value: _text(value).strip(), "text", 1, 1),
    "length": (lambda value: _text(value).len(), "text", 1, 1),
    "replace": (_replace, "text", 3, 3),
    "contains": (lambda value, part: _text(value).contains(part, regex=False), "text", 2, 2),
    "starts_with": (lambda value, part: _text(value).startswith(part), "text", 2, 2),
    "year": (lambda value: value.dt.year, "date", 1, 1),
    "quarter": (lambda value: value.dt.quarter, "date", 1, 1),
    "month": (lambda value: value.dt.month, "date", 1, 1),
    "week": (lambda value: value.dt.isocalendar().week, "date", 1, 1),
    "day": (lambda value: value.dt.day, "date", 1, 1),
    "weekday": (lambda value: value.dt.day_of_week + 1, "date", 1, 1),
    "hour": (lambda value: value.dt.hour, "date", 1, 1),
    "days_between": (lambda start, end: (end - start).dt.days, "date", 2, 2),
    "date": (_date, "text", 1, 1),
    "number": (_number, "text", 1, 1),
    "text": (_as_text, "any", 1, 1),
    "missing": (lambda value: value.isna(), "any", 1, 1),
    "coalesce": (_coalesce, "any", 2, 8),
    "if": (_if, "boolean", 3, 3),
}
