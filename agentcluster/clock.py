"""The two clocks: wall time for people, monotonic time for deadlines and leases."""

import time


def now_ms() -> int:
    """Return the wall clock in milliseconds since 1970 (UTC); for showing, never for deciding liveness."""
    return time.time_ns() // 1_000_000


def monotonic() -> float:
    """Return seconds of a clock that never goes back; the only one leases are judged by."""
    return time.monotonic()
