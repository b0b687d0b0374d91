"""Moments and durations as wait nodes give them."""

import datetime as dt
import math
from typing import Any, Final, NamedTuple

from agents.domain.calls import CallError

MAX_WAIT_S: Final = 366 * 24 * 3600.0
"""Nothing waits longer than a year: a longer wait is a mistake in its unit."""


class Moment(NamedTuple):
    """A moment as ms since 1970 and in ISO 8601 (UTC)."""

    ms: int
    text: str


def due_after(seconds: Any, now: int) -> Moment | CallError:
    """Return the moment ``seconds`` (a number, or a text such as ``"90"`` or CEL's ``"90s"``) after ``now`` (ms)."""
    try:
        number = float(seconds.removesuffix("s")) if isinstance(seconds, str) else float(seconds)
    except (TypeError, ValueError, OverflowError):
        return CallError("not_a_duration", f"`seconds` must be a number, not {seconds!r:.100}.", field="/seconds")
    if isinstance(seconds, bool) or not math.isfinite(number) or not 0 <= number <= MAX_WAIT_S:
        message = f"A wait lasts between 0 and {MAX_WAIT_S:.0f} seconds (a year), not {seconds!r:.100}."
        return CallError("not_a_duration", message, field="/seconds")
    return moment(now + int(number * 1000))


def due_at(until: Any, now: int | None = None) -> Moment | CallError:
    """Return the moment of an ISO 8601 text, at most a year after ``now`` (ms); without a time zone it means UTC."""
    try:
        found = dt.datetime.fromisoformat(until)
        due = moment(int((found if found.tzinfo else found.replace(tzinfo=dt.UTC)).timestamp() * 1000))
    except (TypeError, ValueError, OverflowError):
        message = f"`until` must be a moment such as 2030-01-31T09:00:00+01:00, not {until!r:.100}."
        return CallError("not_a_moment", message, field="/until")
    if now is not None and due.ms - now > MAX_WAIT_S * 1000:
        return CallError("not_a_moment", f"A wait lasts a year at most; {due.text} is later.", field="/until")
    return due


def moment(ms: int) -> Moment:
    """Return ``ms`` since 1970 as a moment."""
    return Moment(ms, dt.datetime.fromtimestamp(ms / 1000, dt.UTC).isoformat(timespec="milliseconds"))
