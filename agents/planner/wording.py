"""What a plan does, in plain words: English and Chinese."""

from typing import Final

from agents.domain.manifest import Manifest
from agents.planner.operations import Kind, Words
from agents.planner.tables import View

Told = Words

KINDS: Final[dict[Kind, Words]] = {
    "url": ("Address", "网址"),
    "page": ("Page", "网页"),
    "file": ("File", "文件"),
    "table": ("Table", "表格"),
    "chart": ("Chart", "图表"),
    "text": ("Text", "文本"),
    "list": ("List", "列表"),
    "value": ("Value", "值"),
}
NEEDED: Final[dict[Kind, str]] = {
    "url": "an address",
    "page": "a page",
    "file": "a file",
    "table": "a table",
    "chart": "a chart",
    "text": "a text",
    "list": "a list",
    "value": "a value",
}
START: Final[Words] = ("Start", "开始")
END: Final[Words] = ("Result", "结果")
_EVERY: Final[dict[str, Words]] = {
    "hour": ("hour", "按小时"),
    "day": ("day", "按日"),
    "week": ("week", "按周"),
    "month": ("month", "按月"),
    "quarter": ("quarter", "按季度"),
    "year": ("year", "按年"),
}
_FUNCTIONS: Final[dict[str, Words]] = {
    "sum": ("Total", "汇总"),
    "mean": ("Average", "平均"),
    "median": ("Median", "中位数"),
    "max": ("Highest", "最大"),
    "min": ("Lowest", "最小"),
    "count": ("Number of rows", "行数"),
}
_CHARTS: Final[dict[str, Words]] = {
    "line": ("Trend", "趋势"),
    "area": ("Trend", "趋势"),
    "bar": ("Comparison", "对比"),
    "pie": ("Shares", "占比"),
    "scatter": ("Scatter plot", "散点图"),
    "histogram": ("Distribution", "分布"),
    "box": ("Spread", "箱线图"),
}


def of_view(view: View) -> Words:
    """Return the title of the step that adds up a table."""
    total = _FUNCTIONS[view.function]
    measure = "" if view.function == "count" else view.measure
    english, chinese = _grouping(view)
    return " ".join(each for each in (total[0], measure, english) if each), f"{_spaced(measure)}{total[1]}{chinese}"


def of_chart(view: View) -> Words:
    """Return the title of a chart."""
    kind = _CHARTS[view.chart]
    english, chinese = _grouping(view)
    named = f"{kind[0]} of {view.measure}" if view.measure else kind[0]
    return f"{named} {english}".strip(), f"{_spaced(view.measure)}{kind[1]}{chinese}"


def _grouping(view: View) -> Words:
    """Return by what a view is grouped: "by week and region"."""
    every = _EVERY.get(view.every, ("", ""))
    names = [each for each in (every[0], view.by) if each]
    english = f"by {' and '.join(names)}" if names else ""
    chinese = "、".join(each for each in (every[1], f"按 {view.by}" if view.by else "") if each)
    return english, f"（{chinese}）" if chinese else ""


def _spaced(name: str) -> str:
    return f"{name} " if name and name[-1].isascii() else name


def of_step(agent: str, title: Words, manifest: Manifest) -> Told:
    """Return the line that tells of a step."""
    english, chinese = manifest.title.get("en", agent), manifest.title.get("zh-Hans", agent)
    return f"{title[0]} ({agent}: {english})", f"{title[1]}（{agent}：{chinese}）"


def explanation(asked: list[str], told: list[Told], notes: list[Told], *, chinese: bool) -> str:
    """Return the plan in words: what it asks for, its steps, and what the reader should know."""
    at = 1 if chinese else 0
    begin = ("The plan, step by step:", "计划步骤：")[at]
    asks = [f"{('It begins with: ', '开始时需要：')[at]}{', '.join(asked)}"] if asked else []
    lines = [f"{number}. {each[at]}" for number, each in enumerate(told, 1)]
    return "\n".join([begin, *asks, *lines, *(each[at] for each in notes)])
