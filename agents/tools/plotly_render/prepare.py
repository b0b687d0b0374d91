"""The part of a table that a chart shows, checked and in order."""

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from agents.tools.columns import WrongTypeError, unknown_column
from agents.tools.errors import BadValueError
from agents.tools.frames import Series, kind
from agents.tools.plotly_render.errors import EmptyTableError, TooManyPointsError, TooManySeriesError
from agents.tools.plotly_render.request import Request

MAX_POINTS: Final = 100_000
MAX_SERIES: Final = 50
AGGREGATES: Final[dict[str, Callable[[Any], Any]]] = {
    "none": lambda grouped: grouped.first(),
    "sum": lambda grouped: grouped.sum(min_count=1),
    "mean": lambda grouped: grouped.mean(),
    "median": lambda grouped: grouped.median(),
    "min": lambda grouped: grouped.min(),
    "max": lambda grouped: grouped.max(),
    "count": lambda grouped: grouped.count(),
}


def prepare(frame: pd.DataFrame, request: Request) -> pd.DataFrame:
    """Return the rows to draw.

    Raises ``UnknownColumnError``, ``WrongTypeError``, ``BadValueError``, ``EmptyTableError``, ``TooManyPointsError``
    or ``TooManySeriesError``, each on the field of the input that is to blame.
    """
    _check_names(frame, request)
    if not len(frame):
        raise EmptyTableError(field="/table")
    _check_types(frame, request)
    keys = [name for name in (request.x, request.series) if name]
    values = [request.color] if request.chart == "heatmap" else list(request.y_columns)
    if request.chart == "heatmap":
        keys = [request.x, request.y_columns[0]]
    if request.aggregate != "none" and values:
        grouped: Any = frame.groupby(keys, dropna=False, sort=False)
        frame = AGGREGATES[request.aggregate](grouped[values]).reset_index()
    if len(frame) * max(1, len(values)) > MAX_POINTS:
        message = f"The chart would have {len(frame):,} points; at most {MAX_POINTS:,} can be shown. Group them first."
        raise TooManyPointsError(message, field="/table")
    ordered = request.chart in ("line", "area") or (request.chart == "bar" and kind(frame[request.x]) == "date")
    return frame.sort_values(request.x, kind="stable") if ordered and kind(frame[request.x]) != "text" else frame


def series_values(frame: pd.DataFrame, request: Request) -> list[Any]:
    """Return the values of the series column in natural order, missing last."""
    column = frame[request.series]
    found = sorted(column.dropna().unique().tolist())
    if len(found) > MAX_SERIES:
        message = f"'{request.series}' has {len(found):,} values; at most {MAX_SERIES} series can be told apart."
        raise TooManySeriesError(message, field="/series")
    return [*found, *([None] if column.isna().any() else [])]


def plain(series: Series) -> list[Any]:
    """Return JSON values: ISO dates, numbers of ten digits, None for missing."""
    if kind(series) == "date":
        daily = bool((series.dropna().dt.normalize() == series.dropna()).all())
        return [None if pd.isna(each) else (each.date() if daily else each).isoformat() for each in series]
    return [_short(each) for each in series.tolist()]


def _short(value: Any) -> Any:
    if pd.isna(value):
        return None
    return float(f"{value:.10g}") if isinstance(value, float) else value


def _y_fields(request: Request) -> list[tuple[str, str]]:
    return [("/y" if isinstance(request.y, str) else f"/y/{i}", name) for i, name in enumerate(request.y_columns)]


def _check_names(frame: pd.DataFrame, request: Request) -> None:
    named = [("/x", request.x), ("/series", request.series), ("/color", request.color), *_y_fields(request)]
    for field, name in named:
        if name and name not in frame.columns:
            raise unknown_column(name, frame.columns, field)
    if not request.y_columns and request.chart != "histogram":
        raise BadValueError(f"A {request.chart} chart needs a column for the y axis.", field="/y")
    if request.chart == "heatmap" and not request.color:
        raise BadValueError("A heatmap needs a column for its values.", field="/color")


def _check_types(frame: pd.DataFrame, request: Request) -> None:
    if request.chart == "heatmap":
        _must_be_numbers(frame, request.color, "/color")
    elif request.aggregate != "count":
        for field, name in _y_fields(request):
            _must_be_numbers(frame, name, field)


def _must_be_numbers(frame: pd.DataFrame, name: str, field: str) -> None:
    if kind(frame[name]) not in ("number", "boolean"):
        message = f"'{name}' is {kind(frame[name])}, and numbers are drawn here; cast it first."
        raise WrongTypeError(message, field=field, column=name)
