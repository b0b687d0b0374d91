"""Ticks of a date axis that stand where the data does."""

import itertools
from typing import Any, Final

from agents.tools.frames import Series

MOST_TICKS: Final = 8
_DAY_MS: Final = 86_400_000


def ticks(series: Series) -> dict[str, Any]:
    """Return ``tick0`` and ``dtick`` for dates at even distances (days, weeks, months); empty for others."""
    dates = sorted(series.dropna().unique())
    if len(dates) < 3 or len(dates) > 400:
        return {}
    every = -(-len(dates) // MOST_TICKS)
    if all(each.day == 1 and each.normalize() == each for each in dates):
        months = [each.year * 12 + each.month for each in dates]
        return _stepped(dates[0], months, lambda gap: f"M{gap * every}")
    days = [each.value // 1_000_000 for each in (date.as_unit("ns") for date in dates)]
    return _stepped(dates[0], days, lambda gap: gap * every) if days[1] - days[0] >= _DAY_MS else {}


def _stepped(first: Any, places: list[int], step: Any) -> dict[str, Any]:
    gaps = {later - earlier for earlier, later in itertools.pairwise(places)}
    return {"tick0": first.isoformat(), "dtick": step(min(gaps))} if len(gaps) == 1 else {}
