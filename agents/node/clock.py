"""Milliseconds for replies: wall clock at the process's start plus monotonic time, so that differences are exact."""

import time

_BASE_S = time.time() - time.monotonic()


def to_ms(monotonic_s: float) -> int:
    """Return a moment of the machine's monotonic clock as ms since 1970."""
    return int((_BASE_S + monotonic_s) * 1000)


def steady_ms() -> int:
    """Return now, in ms since 1970, never going back."""
    return int((_BASE_S + time.monotonic()) * 1000)
