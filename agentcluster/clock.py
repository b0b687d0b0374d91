"""The clocks: wall time for people, monotonic time for deadlines and leases, and a steady one for what both meet in."""

import datetime as dt
import time


def now_ms() -> int:
    """Return the wall clock in milliseconds since 1970 (UTC); for showing, never for deciding liveness."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Return seconds of a clock that never goes back; the only one leases are judged by."""
    return time.monotonic()


def time_of_day(ms: int, now: int) -> str:
    """Return the moment for people: its time of day in UTC, and its date when that is not the day of ``now`` (ms)."""
    then = dt.datetime.fromtimestamp(ms / 1000, dt.UTC)
    today = dt.datetime.fromtimestamp(now / 1000, dt.UTC)
    return f"{then:%H:%M:%S} UTC" if then.date() == today.date() else f"{then:%Y-%m-%d %H:%M:%S} UTC"


class SteadyClock:
    """Wall time that never goes back and never stands still, whatever is done to the machine's clock."""

    __slots__ = ("_base_ms", "_since")

    def __init__(self) -> None:
        """Begin at the wall clock's time."""
        self._base_ms, self._since = now_ms(), monotonic()

    def now_ms(self) -> int:
        """Return milliseconds since 1970: the wall clock's, or what has passed since its latest time when it lags."""
        wall, steady = now_ms(), self._base_ms + int((monotonic() - self._since) * 1000)
        if wall > steady:
            self._base_ms, self._since = wall, monotonic()
        return max(wall, steady)

    def not_before(self, moment_ms: int) -> None:
        """Go on from a moment that is known to have been, when that is ahead."""
        if moment_ms > self.now_ms():
            self._base_ms, self._since = moment_ms, monotonic()
