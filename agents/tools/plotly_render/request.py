"""What a caller asks to be drawn."""

from typing import Any, Final, Literal

import msgspec

CHARTS: Final = ("line", "bar", "area", "scatter", "pie", "heatmap", "box", "histogram")


class Request(msgspec.Struct, frozen=True):
    """The input of ``plotly-render``, defaults filled in."""

    table: Any
    x: str
    chart: str = "line"
    y: str | tuple[str, ...] = ()
    series: str = ""
    color: str = ""
    aggregate: str = "none"
    title: str = ""
    x_title: str = ""
    y_title: str = ""
    stacked: bool = False
    theme: Literal["auto", "light", "dark"] = "auto"
    output_format: Literal["json", "png", "both"] = "both"
    width: int = 960
    height: int = 540

    @property
    def y_columns(self) -> tuple[str, ...]:
        """The columns to draw, one or many."""
        return (self.y,) if isinstance(self.y, str) else self.y
