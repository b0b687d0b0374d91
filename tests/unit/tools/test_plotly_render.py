"""plotly-render: figures that Plotly accepts, images that are images, errors that help."""

import resource
import stat
from pathlib import Path
from typing import Any

import plotly.graph_objects as go
import pytest

from agentcluster import artifacts
from agentcluster.clock import monotonic
from agents.tools import CallContext
from agents.tools.plotly_render.browser import find_browser
from agents.tools.plotly_render.png import render
from tests.unit.tools.calls import call, refuse, table

WEEKS = "week,region,revenue,units\n" + "".join(
    f"2026-{month:02d}-{day:02d},{region},{1000 * month + 37 * day:.2f},{day}\n"
    for month in (7, 8, 9)
    for day in (6, 20)
    for region in ("North", "South")
)


def draw(**request: Any) -> Any:
    return call("plotly-render", table=table(WEEKS), **{"x": "week", "output_format": "json", **request})


def figure(**request: Any) -> Any:
    drawn = draw(**request)["chart"]["figure"]
    go.Figure(drawn)  # Plotly itself refuses what it does not know.
    return drawn


@pytest.mark.parametrize(
    ("request_", "types", "count"),
    [
        ({"chart": "line", "y": "revenue", "series": "region"}, {"scatter"}, 2),
        ({"chart": "line", "y": ["revenue", "units"], "aggregate": "sum"}, {"scatter"}, 2),
        ({"chart": "area", "y": "revenue", "series": "region"}, {"scatter"}, 2),
        ({"chart": "bar", "x": "region", "y": "revenue", "aggregate": "mean"}, {"bar"}, 1),
        ({"chart": "bar", "y": "revenue", "series": "region", "stacked": True}, {"bar"}, 2),
        ({"chart": "scatter", "x": "units", "y": "revenue", "series": "region"}, {"scatter"}, 2),
        ({"chart": "pie", "x": "region", "y": "revenue", "aggregate": "sum"}, {"pie"}, 1),
        ({"chart": "heatmap", "y": "region", "color": "revenue"}, {"heatmap"}, 1),
        ({"chart": "box", "x": "region", "y": "revenue"}, {"box"}, 1),
        ({"chart": "histogram", "x": "revenue", "series": "region"}, {"histogram"}, 2),
        ({"chart": "bar", "x": "region", "y": "week", "aggregate": "count"}, {"bar"}, 1),
    ],
)
def test_every_kind_is_a_figure_plotly_accepts(request_: dict[str, Any], types: set[str], count: int) -> None:
    drawn = figure(title="Title", **request_)
    assert {trace["type"] for trace in drawn["data"]} == types
    assert len(drawn["data"]) == count
    assert drawn["layout"]["title"]["text"] == "Title"
    assert drawn["layout"]["showlegend"] is (count > 1 or types == {"pie"})


def test_lines_are_series_in_order_of_time() -> None:
    shuffled = WEEKS.splitlines()
    rows = "\n".join([shuffled[0], *reversed(shuffled[1:])])
    drawn = call("plotly-render", table=table(rows), x="week", y="revenue", series="region", output_format="json")
    north, south = drawn["chart"]["figure"]["data"]
    assert (north["name"], south["name"]) == ("North", "South")
    assert north["x"] == sorted(north["x"])
    assert north["x"][0] == "2026-07-06"
    assert drawn["chart"]["figure"]["layout"]["hovermode"] == "x unified"


def test_missing_values_are_gaps() -> None:
    given = table("day,n\n2026-07-01,1\n2026-07-02,\n2026-07-03,3\n")
    drawn = call("plotly-render", table=given, x="day", y="n", output_format="json")["chart"]["figure"]
    assert drawn["data"][0]["y"] == [1, None, 3]


def test_ticks_stand_where_the_data_does() -> None:
    given = table("week,n\n" + "".join(f"2026-07-{6 + 7 * i:02d},{i}\n" for i in range(4)))
    axis = call("plotly-render", table=given, x="week", y="n", output_format="json")["chart"]["figure"]["layout"][
        "xaxis"
    ]
    assert (axis["type"], axis["tick0"], axis["dtick"]) == ("date", "2026-07-06T00:00:00", 7 * 86_400_000)
    given = table("month,n\n" + "".join(f"2026-{m:02d}-01,{m}\n" for m in range(1, 13)))
    axis = call("plotly-render", table=given, x="month", y="n", output_format="json")["chart"]["figure"]["layout"][
        "xaxis"
    ]
    assert axis["dtick"] == "M2"


def test_the_page_themes_auto_and_others_have_their_colours() -> None:
    auto, dark = figure(y="revenue")["layout"], figure(y="revenue", theme="dark")["layout"]
    assert "color" not in auto["font"]
    assert auto["paper_bgcolor"] == "rgba(0,0,0,0)"
    assert (dark["meta"]["theme"], dark["paper_bgcolor"]) == ("dark", "#14171F")


def test_titles_come_from_the_columns_unless_given() -> None:
    layout = figure(chart="scatter", x="units", y="revenue")["layout"]
    assert (layout["xaxis"]["title"]["text"], layout["yaxis"]["title"]["text"]) == ("Units", "Revenue")
    assert figure(y="revenue", y_title="€")["layout"]["yaxis"]["title"]["text"] == "€"


def test_a_large_figure_is_an_artifact() -> None:
    given = table("x,y\n" + "".join(f"{n},{n * 7 % 1001}\n" for n in range(8000)))
    drawn = call("plotly-render", table=given, x="x", y="y", chart="scatter", output_format="json")["chart"]["figure"]
    ref = artifacts.ArtifactRef.from_value(drawn)
    assert ref.media_type == "application/json"
    assert b'"scatter"' in artifacts.read_bytes(ref)


@pytest.mark.parametrize(
    ("request_", "code", "field"),
    [
        ({"y": "revenu"}, "unknown_column", "/y"),
        ({"y": ["revenue", "unit"]}, "unknown_column", "/y/1"),
        ({"x": "weeks", "y": "revenue"}, "unknown_column", "/x"),
        ({"y": "revenue", "series": "Region"}, "unknown_column", "/series"),
        ({"y": "region"}, "wrong_type", "/y"),
        ({}, "bad_value", "/y"),
        ({"chart": "heatmap", "y": "region"}, "bad_value", "/color"),
    ],
)
def test_what_cannot_be_drawn_is_named(request_: dict[str, Any], code: str, field: str) -> None:
    error = refuse("plotly-render", table=table(WEEKS), output_format="json", **{"x": "week", **request_})
    assert (error.code, error.field) == (code, field)


def test_limits_have_words() -> None:
    assert refuse("plotly-render", table=table("x,y\n"), x="x", y="y").code == "empty_table"
    many = table("x,y,s\n" + "".join(f"{n},{n},s{n}\n" for n in range(60)))
    error = refuse("plotly-render", table=many, x="x", y="y", series="s", output_format="json")
    assert (error.code, error.message) == ("too_many_series", "'s' has 60 values; at most 50 series can be told apart.")
    points = table("x,y\n" + "1,2\n" * 100_001)
    assert refuse("plotly-render", table=points, x="x", y="y", chart="scatter").code == "too_many_points"


def _png_size(data: bytes) -> tuple[int, int]:
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")


def test_both_gives_a_figure_and_an_image() -> None:
    output = draw(y="revenue", series="region", title="Revenue", output_format="both", width=640, height=360)
    assert output["warnings"] == []
    ref = artifacts.ArtifactRef.from_value(output["chart"]["png"])
    assert (ref.media_type, ref.name) == ("image/png", "Revenue.png")
    data = artifacts.read_bytes(ref)
    assert _png_size(data) == (1280, 720)
    assert len(data) > 15_000


def test_an_image_can_be_drawn_under_a_node_s_limit_of_addresses() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (16 * 1024**3, hard))
    try:
        output = draw(y="revenue", output_format="png")
        assert resource.getrlimit(resource.RLIMIT_AS)[0] == 16 * 1024**3
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
    assert output["chart"]["figure"] is None
    assert output["chart"]["png"]["$artifact"]["size"] > 5_000


def test_without_a_browser_a_chart_still_has_its_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROWSER_PATH", "/nowhere/chrome")
    output = draw(y="revenue", output_format="both")
    assert output["chart"]["png"] is None
    assert output["chart"]["figure"]["data"]
    assert "install one (Debian: apt install chromium) or set BROWSER_PATH" in output["warnings"][0]
    error = refuse("plotly-render", table=table(WEEKS), x="week", y="revenue", output_format="png")
    assert (error.code, error.field, error.retryable) == ("png_unavailable", "/output_format", False)


def test_a_browser_that_dies_is_an_error_to_try_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = tmp_path / "chrome"
    broken.write_text("#!/bin/sh\nexit 3\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("BROWSER_PATH", str(broken))
    assert find_browser() == str(broken)
    error = refuse("plotly-render", table=table(WEEKS), x="week", y="revenue", output_format="png")
    assert (error.code, error.retryable) == ("png_failed", True)
    assert "There is no PNG image" in draw(y="revenue", output_format="both")["warnings"][0]


def test_drawing_ends_with_the_deadline() -> None:
    browser = find_browser()
    assert browser is not None
    began = monotonic()
    with pytest.raises(Exception, match="failed to draw"):
        render(figure(y="revenue"), browser, 640, 360, timeout_s=0.05)
    assert monotonic() - began < 10


def test_the_deadline_is_looked_at_before_the_browser_starts() -> None:
    with pytest.raises(Exception, match="did not finish in the time"):
        call("plotly-render", CallContext(deadline=monotonic() - 1), table=table(WEEKS), x="week", y="revenue")
