"""From rows to a Plotly figure, as plain JSON."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import pandas as pd

from agents.tools.frames import kind
from agents.tools.plotly_render import dates, style
from agents.tools.plotly_render.prepare import plain, series_values
from agents.tools.plotly_render.request import Request

Figure = dict[str, Any]
_NUMBER: Final = ",.2~f"
_MARKERS_UP_TO: Final = 40


def figure(frame: pd.DataFrame, request: Request) -> Figure:
    """Return ``{"data", "layout"}`` of prepared rows."""
    dated = kind(frame[request.x]) == "date"
    counting = request.chart == "histogram" or request.aggregate == "count"
    y_name = ", ".join(_pretty(name) for name in request.y_columns[:3])
    layout = style.layout(
        request.title,
        request.x_title or ("" if dated or request.chart == "pie" else _pretty(request.x)),
        request.y_title or ("Count" if counting else "" if len(request.y_columns) > 3 else y_name),
        request.theme,
    )
    traces, changes = _CHARTS[request.chart](frame, request)
    for name, change in changes.items():
        layout[name] = {**layout.get(name, {}), **change} if isinstance(change, dict) else change
    if dated:
        layout["xaxis"] |= {"type": "date", **dates.ticks(frame[request.x])}
    layout["showlegend"] = len(traces) > 1 or request.chart == "pie"
    if len(traces) == 1:
        layout["margin"]["t"] = 72 if request.title else 24
    return {"data": traces, "layout": layout}


def _lines(frame: pd.DataFrame, request: Request) -> tuple[list[Figure], Figure]:
    traces = []
    stack = {"stackgroup": "one"} if request.stacked or (request.series and request.chart == "area") else {}
    for index, (name, x, y) in enumerate(_series(frame, request)):
        trace: Figure = {"type": "scatter", "name": name, "x": x, "y": y, "mode": "lines"}
        trace["line"] = {"width": 2.5, "color": _colour(index)}
        trace["hovertemplate"] = f"%{{y:{_NUMBER}}}<extra>{name}</extra>"
        if request.chart == "area":
            trace |= {"fill": "tonexty" if stack else "tozeroy", "fillcolor": _faded(_colour(index)), **stack}
            trace["line"] = {"width": 1.75, "color": _colour(index)}
        elif len(x) <= _MARKERS_UP_TO:
            trace |= {"mode": "lines+markers", "marker": {"size": 6}}
        traces.append(trace)
    changes: Figure = {"hovermode": "x unified"}
    if request.chart == "area":
        changes["yaxis"] = {"rangemode": "tozero"}
    return traces, changes


def _bars(frame: pd.DataFrame, request: Request) -> tuple[list[Figure], Figure]:
    traces = [
        {
            **{"type": "bar", "name": name, "x": x, "y": y, "marker": {"color": _colour(index)}},
            "hovertemplate": f"%{{x}}<br><b>%{{y:{_NUMBER}}}</b><extra>{name}</extra>",
        }
        for index, (name, x, y) in enumerate(_series(frame, request))
    ]
    return traces, {"barmode": "stack" if request.stacked else "group", "yaxis": {"rangemode": "tozero"}}


def _points(frame: pd.DataFrame, request: Request) -> tuple[list[Figure], Figure]:
    traces = [
        {
            **{"type": "scatter", "mode": "markers", "name": name, "x": x, "y": y},
            "marker": {"size": 8, "opacity": 0.72, "color": _colour(index), "line": {"width": 0}},
            "hovertemplate": f"%{{x}}<br><b>%{{y:{_NUMBER}}}</b><extra>{name}</extra>",
        }
        for index, (name, x, y) in enumerate(_series(frame, request))
    ]
    return traces, {"xaxis": {"showgrid": True, "gridcolor": "rgba(128,140,160,0.12)"}}


def _slices(frame: pd.DataFrame, request: Request) -> tuple[list[Figure], Figure]:
    trace = {
        **{"type": "pie", "labels": plain(frame[request.x]), "values": plain(frame[request.y_columns[0]])},
        **{"hole": 0.58, "sort": True, "direction": "clockwise", "textinfo": "percent", "textposition": "outside"},
        "marker": {"colors": list(style.PALETTE), "line": {"width": 2, "color": "rgba(255,255,255,0.6)"}},
        "hovertemplate": f"%{{label}}<br><b>%{{value:{_NUMBER}}}</b> (%{{percent}})<extra></extra>",
    }
    legend = {"orientation": "v", "x": 1, "xanchor": "right", "y": 0.5, "yanchor": "middle"}
    return [trace], {"legend": legend}


def _cells(frame: pd.DataFrame, request: Request) -> tuple[list[Figure], Figure]:
    rows, columns = frame[request.y_columns[0]], frame[request.x]
    cells = dict(zip(zip(plain(rows), plain(columns), strict=True), plain(frame[request.color]), strict=True))
    ys, xs = _distinct(rows), _distinct(columns)
    trace = {
        **{"type": "heatmap", "x": xs, "y": ys, "z": [[cells.get((y, x)) for x in xs] for y in ys]},
        **{"colorscale": style.SCALE, "xgap": 2, "ygap": 2, "hoverongaps": False},
        "colorbar": {"thickness": 12, "outlinewidth": 0, "tickformat": ",~s", "title": {"text": ""}},
        "hovertemplate": f"%{{x}} · %{{y}}<br><b>%{{z:{_NUMBER}}}</b><extra></extra>",
    }
    return [trace], {"yaxis": {"tickformat": "", "type": "category"}, "xaxis": {"type": "category", "ticks": ""}}


def _boxes(frame: pd.DataFrame, request: Request) -> tuple[list[Figure], Figure]:
    traces = [
        {
            **{"type": "box", "name": name, "x": x, "y": y, "marker": {"color": _colour(index), "size": 4}},
            **{"line": {"width": 1.5}, "fillcolor": _faded(_colour(index)), "boxpoints": "outliers"},
        }
        for index, (name, x, y) in enumerate(_series(frame, request))
    ]
    return traces, {"boxmode": "group" if len(traces) > 1 else "overlay"}


def _bins(frame: pd.DataFrame, request: Request) -> tuple[list[Figure], Figure]:
    groups = [("", frame)] if not request.series else list(_parts(frame, request))
    traces = [
        {
            **{"type": "histogram", "name": name, "x": plain(part[request.x]), "nbinsx": 40},
            **{"marker": {"color": _colour(index)}, "opacity": 0.75 if request.series else 1},
        }
        for index, (name, part) in enumerate(groups)
    ]
    return traces, {"barmode": "overlay", "bargap": 0.04, "barcornerradius": 2}


_CHARTS: Final[dict[str, Callable[[pd.DataFrame, Request], tuple[list[Figure], Figure]]]] = {
    **{"line": _lines, "area": _lines, "bar": _bars, "scatter": _points},
    **{"pie": _slices, "heatmap": _cells, "box": _boxes, "histogram": _bins},
}


def _series(frame: pd.DataFrame, request: Request) -> Iterator[tuple[str, list[Any], list[Any]]]:
    many = len(request.y_columns) > 1
    for label, part in _parts(frame, request) if request.series else [("", frame)]:
        x = plain(part[request.x])
        for column in request.y_columns:
            name = " · ".join(each for each in (label, _pretty(column) if many or not label else "") if each)
            yield name, x, plain(part[column])


def _parts(frame: pd.DataFrame, request: Request) -> Iterator[tuple[str, pd.DataFrame]]:
    column = frame[request.series]
    for value in series_values(frame, request):
        yield (
            ("missing", frame[column.isna()]) if value is None else (str(value), frame[(column == value).fillna(False)])
        )


def _distinct(column: Any) -> list[Any]:
    return plain(pd.Series(sorted(column.dropna().unique()), dtype=column.dtype))


def _pretty(name: str) -> str:
    words = name.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def _colour(index: int) -> str:
    return style.PALETTE[index % len(style.PALETTE)]


def _faded(colour: str) -> str:
    red, green, blue = (int(colour[start : start + 2], 16) for start in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.22)"
