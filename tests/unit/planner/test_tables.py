"""What is done with a table: which rows are added up, which columns drawn."""

from typing import Any

import pytest

from agents.planner.columns import Column, Derived, Profile, measure
from agents.planner.tables import view
from tests.unit.planner.plans import FILE, SALES, chain, plan, steps

REVENUE = "round(units * unit_price * (1 - coalesce(discount, 0)), 2)"


@pytest.mark.parametrize(
    "instruction",
    [
        "analyse sales_q3.csv and draw the trend",
        "分析sales_q3.csv并生成趋势图",
        "Please analyze sales_q3.csv, then plot the trend of sales as a line chart",
        "请帮我分析一下sales_q3.csv，画出销售趋势",
        "把sales_q3.csv画成折线图",
        "draw the weekly revenue trend by region from sales_q3.csv",
    ],
)
def test_the_trend_of_sales_is_weekly_revenue_by_region(instruction: str) -> None:
    made = plan(instruction, FILE, SALES)
    assert chain(made) == ["csv-parse", "pandas-exec", "plotly-render"]
    _, analyse, chart = (given for _, given in steps(made))
    assert analyse["operations"] == [
        {"op": "derive", "column": "revenue", "expression": REVENUE},
        {
            "op": "resample",
            "column": "date",
            "every": "week",
            "aggregate": [{"column": "revenue", "function": "sum", "as": "revenue"}],
            "by": ["region"],
            "partial_periods": "drop",
        },
    ]
    assert (chart["chart"], chart["x"], chart["y"], chart["series"]) == ("line", "date", "revenue", "region")
    end = made.graph["nodes"][-1]
    assert end["output"] == {"table": "${ steps.analyse.table }", "chart": "${ steps.chart.chart }"}
    assert plan(instruction, FILE, SALES) == made


@pytest.mark.parametrize(
    ("instruction", "chart", "x", "y", "series"),
    [
        ("bar chart of revenue by region of sales_q3.csv", "bar", "region", "revenue", None),
        ("draw a pie chart of units by channel in sales_q3.csv", "pie", "channel", "units", None),
        ("按产品画sales_q3.csv销量的柱状图", "bar", "product", "units", None),
        ("draw the distribution of the unit price in sales_q3.csv", "histogram", "unit_price", None, None),
        ("scatter plot of units and discount in sales_q3.csv", "scatter", "units", "discount", None),
        ("area chart of monthly units by channel in sales_q3.csv", "area", "date", "units", "channel"),
        ("compare average units by channel in sales_q3.csv, then draw it", "bar", "channel", "units", None),
    ],
)
def test_charts_are_what_the_words_say(instruction: str, chart: str, x: str, y: str | None, series: str | None) -> None:
    agent, given = steps(plan(instruction, FILE, SALES))[-1]
    drawn = (agent, given["chart"], given["x"], given.get("y"), given.get("series"))
    assert drawn == ("plotly-render", chart, x, y, series)


@pytest.mark.parametrize(
    ("text", "operations"),
    [
        (
            "top 3 products by revenue",
            [
                {"op": "derive", "column": "revenue", "expression": REVENUE},
                {
                    "op": "group",
                    "by": ["product"],
                    "aggregate": [{"column": "revenue", "function": "sum", "as": "revenue"}],
                },
                {"op": "sort", "by": ["revenue"], "descending": True},
                {"op": "limit", "count": 3},
            ],
        ),
        (
            "按区域统计平均折扣",
            [
                {
                    "op": "group",
                    "by": ["region"],
                    "aggregate": [{"column": "units", "function": "mean", "as": "units"}],
                },
                {"op": "sort", "by": ["units"], "descending": True},
            ],
        ),
        (
            "monthly maximum of units",
            [
                {
                    "op": "resample",
                    "column": "date",
                    "every": "month",
                    "aggregate": [{"column": "units", "function": "max", "as": "units"}],
                }
            ],
        ),
    ],
)
def test_analyses_group_rank_and_follow_periods(text: str, operations: list[dict[str, Any]]) -> None:
    if "折扣" in text:
        operations[0]["aggregate"][0] |= {"column": "discount", "as": "discount"}
        operations[1]["by"] = ["discount"]
    assert view(text, "steps.parse.table", SALES, draws=False).operations == operations


@pytest.mark.parametrize(
    ("days", "every", "partial"),
    [
        (20, "day", "drop"),
        (92, "week", "drop"),
        (700, "month", "drop"),
        (3000, "quarter", "drop"),
        (9000, "year", "drop"),
    ],
)
def test_the_period_follows_the_length_of_the_data(days: int, every: str, partial: str) -> None:
    (resample,) = view("trend", "t", Profile((Column("d", "date"), Column("n", "number")), days), draws=True).operations
    assert (resample["every"], resample["partial_periods"]) == (every, partial)


@pytest.mark.parametrize(
    ("names", "text", "found"),
    [
        (["id", "year", "height"], "", "height"),
        (["units", "revenue"], "", "revenue"),
        (["units", "revenue"], "units over time", "units"),
        (["数量", "单价", "折扣"], "", Derived("revenue", "round(数量 * 单价 * (1 - coalesce(折扣, 0)), 2)")),
        (["Menge", "unit price"], "", Derived("revenue", "round(Menge * `unit price`, 2)")),
        (["数量", "金额"], "销量", "数量"),
        (["id"], "", "id"),
        ([], "", ""),
    ],
)
def test_the_measure_is_what_is_named_or_money(names: list[str], text: str, found: str | Derived) -> None:
    assert measure(Profile(tuple(Column(name, "number") for name in names)), text) == found


def test_rows_that_belong_to_no_group_are_left_out_and_that_is_said() -> None:
    gaps = Profile(
        tuple(Column(each.name, each.type, each.distinct, each.name == "region") for each in SALES.columns), 92
    )
    made = plan("analyse sales_q3.csv and draw the trend", FILE, gaps)
    assert steps(made)[1][1]["operations"][0] == {"op": "filter", "column": "region", "operator": "is_present"}
    assert "Rows without 'region' are left out." in made.explanation


def test_a_table_without_dates_is_compared_instead() -> None:
    profile = Profile((Column("city", "string", 40), Column("people", "integer")))
    seen = view("draw the trend", "t", profile, draws=True)
    assert (seen.chart, seen.x, seen.y) == ("bar", "city", "people")


def test_a_table_without_numbers_is_counted() -> None:
    profile = Profile((Column("day", "date"), Column("city", "string", 40)), 100)
    (resample,) = view("draw the trend", "t", profile, draws=True).operations
    assert resample["aggregate"] == [{"function": "count", "as": "count"}]
