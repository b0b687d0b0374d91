"""Periods of the calendar. Weeks begin on Monday (ISO 8601)."""

from typing import Final

import pandas as pd

from agents.tools.frames import Series

_RANGE: Final = {"hour": "h", "day": "D", "week": "7D", "month": "MS", "quarter": "QS", "year": "YS"}
EVERY: Final = tuple(_RANGE)


def period_start(moments: Series, every: str) -> Series:
    """Return the moment at which the period of each moment begins, in its own time zone."""
    if every == "hour":
        return moments.dt.floor("h")
    days = moments.dt.normalize()
    if every == "day":
        return days
    if every == "week":
        return days - pd.to_timedelta(days.dt.day_of_week, unit="D")
    first = days - pd.to_timedelta(days.dt.day - 1, unit="D")
    if every == "month":
        return first
    months = (first.dt.month - 1) % (3 if every == "quarter" else 12)
    return (first.dt.tz_localize(None).dt.to_period("M") - months).dt.to_timestamp().dt.tz_localize(moments.dt.tz)


def all_periods(starts: Series, every: str) -> pd.DatetimeIndex:
    """Return the beginnings of all periods from the first to the last of ``starts``."""
    return pd.date_range(starts.min(), starts.max(), freq=_RANGE[every])


def is_covered(starts: Series, moments: Series, every: str) -> Series:
    """Return which rows are in periods that the data covers from their first to their last day (or hour)."""
    if starts.empty:
        return starts.notna()
    first, last = starts.min(), starts.max()
    step = pd.tseries.frequencies.to_offset(_RANGE[every])
    unit = "h" if every == "hour" else "D"
    begun = moments.min().floor(unit) <= first
    ended = moments.max().floor(unit) + pd.tseries.frequencies.to_offset(unit) >= last + step
    return ((starts != first) | begun) & ((starts != last) | ended)
