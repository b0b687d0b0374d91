"""A circuit breaker: an engine that keeps failing is left alone for a while (M. Nygard, Release It!)."""

from typing import Final, Literal

FAILURES: Final = 5
REST_S: Final = 30.0

State = Literal["closed", "open", "half_open"]


class Breaker:
    """Closed: calls pass. ``failures`` in a row open it. After ``rest_s`` one call may try; its outcome decides.

    Times are monotonic seconds, given by the caller.
    """

    def __init__(self, failures: int = FAILURES, rest_s: float = REST_S) -> None:
        """Begin closed."""
        self._limit = failures
        self._rest_s = rest_s
        self._failures = 0
        self._opened_s: float | None = None
        self._probe_s: float | None = None

    def state(self, now: float) -> State:
        """Return where the breaker stands."""
        if self._opened_s is None:
            return "closed"
        return "half_open" if now - self._opened_s >= self._rest_s else "open"

    def allows(self, now: float) -> bool:
        """Return whether a call may be made now; changes nothing."""
        state = self.state(now)
        if state == "half_open":
            # A probe whose caller was cancelled never reports; after a rest another one may try.
            return self._probe_s is None or now - self._probe_s >= self._rest_s
        return state == "closed"

    def begin(self, now: float) -> None:
        """Note that a call is being made."""
        if self.state(now) == "half_open":
            self._probe_s = now

    def succeeded(self) -> None:
        """Note that the call went well: closed, all forgotten."""
        self._failures = 0
        self._opened_s = self._probe_s = None

    def failed(self, now: float) -> None:
        """Note that the call failed."""
        self._failures += 1
        if self._opened_s is not None or self._failures >= self._limit:
            self._opened_s = now
        self._probe_s = None

    def rests_for(self, now: float) -> float:
        """Return the seconds until a call may be tried; 0 when one may now."""
        return 0.0 if self._opened_s is None else max(0.0, self._opened_s + self._rest_s - now)
