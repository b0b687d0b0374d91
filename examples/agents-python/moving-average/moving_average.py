"""Keeps the last readings of each series in memory."""

from collections import OrderedDict, deque
from dataclasses import dataclass
from typing import Annotated, Literal

from msgspec import Meta

from agentcluster.sdk import agent

SERIES_MAX = 1_000
READINGS_MAX = 500

# Lives as long as this instance's process; see README.md.
_series: "OrderedDict[str, deque[float]]" = OrderedDict()


@dataclass
class Average:
    """``readings``: how many it is made of. ``trend`` compares the newest reading with the mean."""

    mean: float
    readings: int
    trend: Literal["up", "down", "flat"]


@agent(name="moving-average", version="1.0.0", capabilities=["moving-average"])
async def add(
    series: Annotated[str, Meta(min_length=1, max_length=100)],
    value: Annotated[float, Meta(ge=-1e12, le=1e12)],
    window: Annotated[int, Meta(ge=1, le=READINGS_MAX)] = 10,
) -> Average:
    """Takes one reading after the other of a series and says how it moves."""
    readings = _series.setdefault(series, deque(maxlen=READINGS_MAX))
    _series.move_to_end(series)
    if len(_series) > SERIES_MAX:
        _series.popitem(last=False)
    readings.append(value)
    seen = list(readings)[-window:]
    mean = sum(seen) / len(seen)
    trend: Literal["up", "down", "flat"] = "up" if value > mean else "down" if value < mean else "flat"
    return Average(mean, len(seen), trend)
