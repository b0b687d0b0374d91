"""How charts look: calm colours, a light grid, and a background that lets the page through."""

from typing import Any, Final

PALETTE: Final = (
    *("#4C6EF5", "#12A594", "#F08C3A", "#D6568C", "#8A63D2", "#2F9BD8", "#A3A847", "#7C8698"),
    *("#2B3FA8", "#0B6E62", "#B45F17", "#93305C"),
)
SCALE: Final = [[0, "#EEF2FF"], [0.35, "#A5B8FB"], [0.7, "#5B78EE"], [1, "#2B3FA8"]]
FONT: Final = "Inter, system-ui, -apple-system, 'Segoe UI', 'Noto Sans SC', 'PingFang SC', sans-serif"
_CLEAR: Final = "rgba(0,0,0,0)"
_GRID: Final = "rgba(128,140,160,0.18)"
_LINE: Final = "rgba(128,140,160,0.45)"
_COLOURS: Final = {
    "light": {"text": "#3B4252", "strong": "#1B2130", "ground": "#FFFFFF", "hover": "#FFFFFF"},
    "dark": {"text": "#B8C0CF", "strong": "#F1F4FA", "ground": "#14171F", "hover": "#1E222D"},
}


def layout(title: str, x_title: str, y_title: str, theme: str) -> dict[str, Any]:
    """Return the layout that all kinds of charts share; theme ``auto`` leaves text colours to the page."""
    axis = {"automargin": True, "zeroline": False, "linecolor": _LINE, "tickcolor": _LINE, "tickfont": {"size": 12}}
    made: dict[str, Any] = {
        "font": {"family": FONT, "size": 13},
        "colorway": list(PALETTE),
        "paper_bgcolor": _CLEAR,
        "plot_bgcolor": _CLEAR,
        "margin": {"l": 16, "r": 24, "t": 84 if title else 48, "b": 16, "pad": 4},
        "xaxis": {**axis, "title": _axis_title(x_title), "showgrid": False, "showline": True, "ticks": "outside"},
        "yaxis": {
            **axis,
            "title": _axis_title(y_title),
            "gridcolor": _GRID,
            "showline": False,
            "tickformat": ",~s",
            "nticks": 7,
        },
        "legend": {
            "orientation": "h",
            "x": 0,
            "xanchor": "left",
            "y": 1.02,
            "yanchor": "bottom",
            "title": {"text": ""},
        },
        "hoverlabel": {"font": {"family": FONT, "size": 12}, "align": "left"},
        "bargap": 0.28,
        "bargroupgap": 0.08,
        "barcornerradius": 4,
        "meta": {"theme": theme},
    }
    if title:
        place = {"x": 0, "xref": "paper", "xanchor": "left", "y": 1, "yref": "container", "yanchor": "top"}
        made["title"] = {"text": title, **place, "font": {"size": 18, "weight": 600}, "pad": {"t": 20}}
    return made if theme == "auto" else themed(made, theme)


def themed(layout: dict[str, Any], theme: str) -> dict[str, Any]:
    """Return the layout with the colours of ``light`` or ``dark`` and an opaque background."""
    colours = _COLOURS[theme]
    made = {
        **layout,
        "font": {**layout["font"], "color": colours["text"]},
        "paper_bgcolor": colours["ground"],
        "hoverlabel": {**layout["hoverlabel"], "bgcolor": colours["hover"]},
        "meta": {"theme": theme},
    }
    if "title" in layout:
        made["title"] = {**layout["title"], "font": {**layout["title"]["font"], "color": colours["strong"]}}
    return made


def _axis_title(text: str) -> dict[str, Any]:
    return {"text": text, "font": {"size": 12}, "standoff": 12}
