"""What to do with a table before it is shown or drawn: which rows to add up, and which columns to draw."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from agents.planner import columns
from agents.planner.columns import Derived, Profile

_PERIODS: Final = (
    ("hour", re.compile(r"\bhour(?:ly|s)?\b|每?小时")),
    ("day", re.compile(r"\bdaily\b|\b(?:by|per|each|every) day\b|每日|每天|按[日天]")),
    ("week", re.compile(r"\bweek(?:ly|s)?\b|每周|按周|周度")),
    ("month", re.compile(r"\bmonth(?:ly|s)?\b|每月|按月|月度")),
    ("quarter", re.compile(r"\bquarter(?:ly|s)?\b|每季|按季|季度")),
    ("year", re.compile(r"\byear(?:ly|s)?\b|\bannual\w*\b|每年|按年|年度")),
)
_FUNCTIONS: Final = (
    ("mean", re.compile(r"\b(?:average|mean|avg)\b|平均|均值")),
    ("median", re.compile(r"\bmedian\b|中位")),
    ("max", re.compile(r"\b(?:maximum|max|highest|largest)\b|最大|最高")),
    ("min", re.compile(r"\b(?:minimum|min|lowest|smallest)\b|最小|最低")),
    ("count", re.compile(r"\b(?:number of rows|how many|count of|row count)\b|多少|行数|个数")),
)
_CHARTS: Final = (
    ("pie", re.compile(r"\bpie\b|饼")),
    ("scatter", re.compile(r"\bscatter\w*\b|散点")),
    ("histogram", re.compile(r"\bhistogram\b|\bdistribution\b|直方|分布")),
    ("box", re.compile(r"\bbox ?plots?\b|箱")),
    ("area", re.compile(r"\barea charts?\b|面积")),
    ("bar", re.compile(r"\bbars?\b|\bcolumn charts?\b|\bcompar\w*\b|柱状?|条形|对比|比较")),
    ("line", re.compile(r"\btrends?\b|\blines?\b|\bover time\b|\bdevelopment\b|趋势|走势|折线|变化")),
)
_TOP: Final = re.compile(r"\btop\s+(\d{1,3})\b|\b(\d{1,3})\s+(?:best|largest|highest)\b|前\s*(\d{1,3})")
SPANS: Final = ((45, "day"), (200, "week"), (1100, "month"), (4000, "quarter"))
"""Up to so many days, a trend is drawn by this period."""
COMPLETE: Final = 4
"""With at least so many periods, those cut off at the ends are left out of a trend."""


@dataclass(frozen=True, slots=True)
class View:
    """How to look at a table: operations of ``pandas-exec``, then the columns and the kind of a chart."""

    operations: list[dict[str, Any]] = field(default_factory=list)
    chart: str = "line"
    x: str = ""
    y: str = ""
    series: str = ""
    every: str = ""
    measure: str = ""
    """The number's name where it is known, for titles."""
    by: str = ""
    function: str = "sum"


def chart_kind(text: str) -> str:
    """Return the kind of chart a text names, empty when it names none."""
    return next((kind for kind, pattern in _CHARTS if pattern.search(text)), "")


def view(text: str, table: str, profile: Profile | None, *, draws: bool) -> View:
    """Return how to look at the table behind the expression ``table``.

    ``text`` are the clauses that ask for it; ``draws``: a chart follows.
    """
    chart = chart_kind(text)
    if profile is None:
        return _unknown(text, table, chart, draws)
    measure = columns.measure(profile, text)
    date = columns.date_column(profile)
    by = columns.category(profile, text)
    derive = (
        [{"op": "derive", "column": measure.name, "expression": measure.expression}]
        if isinstance(measure, Derived)
        else []
    )
    name = measure.name if isinstance(measure, Derived) else measure
    if chart in ("scatter", "histogram", "box") and draws:
        return _plain(text, derive, profile, chart=chart, name=name, by=by)
    if date and chart in ("", "line", "area") and not _ranks(text, by, chart):
        by = by or (columns.few_valued(profile) if draws else "")
        return _over_time(text, derive, profile, chart=chart or "line", date=date, name=name, by=by)
    by = by or columns.few_valued(profile) or _first_text(profile) or date
    return _by_category(text, [*_present(profile, by), *derive], chart if chart in ("bar", "pie") else "bar", by, name)


def _present(profile: Profile, by: str) -> list[dict[str, Any]]:
    """Leave out the rows that belong to no group, where there are such."""
    return [{"op": "filter", "column": by, "operator": "is_present"}] if columns.has_gaps(profile, by) else []


def _ranks(text: str, by: str, chart: str) -> bool:
    """Whether the text asks for a comparison of groups, not for a course over time."""
    timed = any(pattern.search(text) for _, pattern in _PERIODS)
    return bool(_TOP.search(text)) or (bool(by) and chart == "" and not timed)


def _over_time(
    text: str, before: list[dict[str, Any]], profile: Profile, *, chart: str, date: str, name: str, by: str
) -> View:
    every = period(text) or next((period for days, period in SPANS if profile.days <= days), "year")
    lengths = {"hour": 1 / 24, "day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
    resample: dict[str, Any] = {"op": "resample", "column": date, "every": every, "aggregate": [_aggregate(text, name)]}
    if by:
        resample["by"] = [by]
    if profile.days >= COMPLETE * lengths[every] and every != "hour":
        resample["partial_periods"] = "drop"
    y = resample["aggregate"][0]["as"]
    return View([*_present(profile, by), *before, resample], chart, date, y, by, every, name, by, function(text))


def _by_category(text: str, before: list[dict[str, Any]], chart: str, by: str, name: str) -> View:
    aggregate = _aggregate(text, name)
    group: list[dict[str, Any]] = [{"op": "group", "by": [by], "aggregate": [aggregate]}]
    group.append({"op": "sort", "by": [aggregate["as"]], "descending": True})
    if top := _TOP.search(text):
        group.append({"op": "limit", "count": int(next(each for each in top.groups() if each))})
    return View([*before, *group], chart, by, aggregate["as"], "", "", name, by, function(text))


def _plain(text: str, before: list[dict[str, Any]], profile: Profile, *, chart: str, name: str, by: str) -> View:
    """A chart of the rows themselves."""
    if chart == "histogram":
        return View(before, chart, name, "", "", "", name)
    if chart == "box":
        return View(before, chart, by or columns.few_valued(profile) or _first_text(profile), name, "", "", name, by)
    numbers = columns.mentioned(profile, text, columns.NUMBERS)
    plain = [each.name for each in profile.columns if each.type in columns.NUMBERS]
    x, y = (list(dict.fromkeys([*numbers, *plain, name])) * 2)[:2]
    return View([], chart, x, y, by, "", y, by)


def _unknown(text: str, table: str, chart: str, draws: bool) -> View:
    """A view of a table that will be known only when the workflow runs: expressions find its columns then."""
    word = columns.grouping_word(text)
    number = columns.found_in(table, "number")
    if draws and chart == "histogram":
        return View([], chart, number)
    aggregate = _aggregate(text, number, "value")
    if _TOP.search(text) or chart in ("bar", "pie", "box") or (word and chart == "" and not period(text)):
        by = columns.found_in(table, "text", word)
        grouped = _by_category(text, [], chart if chart in ("bar", "pie") else "bar", by, number)
        grouped.operations[0]["aggregate"] = [aggregate]
        grouped.operations[1]["by"] = ["value"]
        return View(grouped.operations, grouped.chart, by, "value", by=word, function=function(text))
    date = columns.found_in(table, "date")
    every = period(text) or "week"
    resample: dict[str, Any] = {"op": "resample", "column": date, "every": every, "aggregate": [aggregate]}
    series = columns.found_in(table, "text", word) if word else ""
    if series:
        resample["by"] = [series]
    return View(
        [resample],
        chart if chart in ("line", "area") else "line",
        date,
        "value",
        series,
        every,
        "",
        word,
        function(text),
    )


def period(text: str) -> str:
    """Return the period a text names, empty when it names none."""
    return next((every for every, pattern in _PERIODS if pattern.search(text)), "")


def function(text: str) -> str:
    """Return how a text wants rows put together; a sum when it does not say."""
    return next((name for name, pattern in _FUNCTIONS if pattern.search(text)), "sum")


def _aggregate(text: str, name: str, result: str = "") -> dict[str, Any]:
    how = function(text)
    if how == "count" or not name:
        return {"function": "count", "as": result or "count"}
    return {"column": name, "function": how, "as": result or name}


def _first_text(profile: Profile) -> str:
    return next(
        (each.name for each in profile.columns if each.type == "string"),
        profile.columns[0].name if profile.columns else "",
    )
