"""A circuit breaker per agent version (features E3; M. Nygard, Release It!), as a pure state machine.

Closed: calls pass, and what comes of them is counted over a rolling window. Open: none pass for a while. Half-open: a
few probes pass; when all of them go well the breaker closes, one that fails opens it again. Times are monotonic seconds,
given by the caller; ``*_ms`` are wall-clock milliseconds for people.

Each engine worker judges by the calls it has made itself. A change has a number, one more than that of the state it
changes, so of two workers that change the same state one is first and the other takes that over (``adopt``). The worker
that made it half-open is the only one that sends probes, which bounds them over all workers.
"""

from collections import deque
from typing import Final, Literal

import msgspec

from agents.domain.calls import CallError
from agents.domain.policy import CircuitBreaker

State = Literal["closed", "open", "half_open"]
CODE: Final = "breaker_open"
BUCKETS: Final = 10
"""The window moves on in so many parts."""
_BLAMELESS: Final = frozenset({
    "cancelled", "invalid_input", "value_missing", "value_too_large", "criteria_not_met", "overloaded", "unavailable",
    CODE,
})  # fmt: skip
_BROKEN: Final = frozenset({
    "agent_error", "bad_reply", "cpu_limit", "deadline_exceeded", "heartbeat_timeout", "invalid_output", "memory_limit",
    "node_lost", "worker_crashed",
})  # fmt: skip


class Status(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a breaker stands, as all workers know it; ``until_ms`` is when it is tried again, ``by`` a worker's id."""

    agent: str
    version: str
    state: State = "closed"
    number: int = 0
    since_ms: int = 0
    until_ms: int = 0
    reason: str = ""
    by: str = ""
    calls: int = 0
    failures: int = 0


class Figures(msgspec.Struct, frozen=True):
    """What one worker has seen within the window."""

    calls: int = 0
    failures: int = 0
    p95_ms: float = 0.0

    @property
    def error_rate(self) -> float:
        """Failures by calls, 0 to 1."""
        return self.failures / self.calls if self.calls else 0.0


def is_failure(error: CallError) -> bool:
    """Return whether an error speaks against the agent version: it broke down, or says itself that it cannot now.

    What it was given (``invalid_input``), a cancelled call and an instance that is only full do not; neither does an
    agent's own error that says another try would be in vain, since it is about what it was asked.
    """
    return error.code in _BROKEN or (error.retryable and error.code not in _BLAMELESS)


class Window:
    """Calls, failures and times (ms) over the last ``window_s`` seconds, in ``BUCKETS`` parts."""

    def __init__(self) -> None:
        """Begin empty."""
        self._buckets: deque[list[float]] = deque()
        """[number of the part, calls, failures]"""
        self._times: deque[tuple[float, float]] = deque(maxlen=256)
        self._window_s = 0.0

    def add(self, now: float, window_s: float, *, failed: bool, took_ms: float) -> None:
        """Count a call that ended at ``now``."""
        self._resize(window_s)
        part = now * BUCKETS // window_s
        if not self._buckets or self._buckets[-1][0] != part:
            self._buckets.append([part, 0, 0])
            self._drop(part)
        bucket = self._buckets[-1]
        bucket[1] += 1
        bucket[2] += failed
        self._times.append((now, took_ms))

    def figures(self, now: float, window_s: float) -> Figures:
        """Return what the window holds at ``now``."""
        self._resize(window_s)
        self._drop(now * BUCKETS // window_s)
        times = sorted(took for at, took in self._times if now - at <= window_s)
        p95 = times[min(len(times) - 1, int(len(times) * 0.95))] if times else 0.0
        return Figures(*self.counts(), p95)

    def counts(self) -> tuple[int, int]:
        """Return calls and failures in the parts that are held."""
        return int(sum(bucket[1] for bucket in self._buckets)), int(sum(bucket[2] for bucket in self._buckets))

    def clear(self) -> None:
        """Forget all."""
        self._buckets.clear()
        self._times.clear()

    def _resize(self, window_s: float) -> None:
        """Begin anew when policy has changed the window: the numbers of its parts cannot be compared with the old ones."""
        if window_s != self._window_s:
            self._window_s = window_s
            self._buckets.clear()

    def _drop(self, part: float) -> None:
        while self._buckets and self._buckets[0][0] <= part - BUCKETS:
            self._buckets.popleft()


class Breaker:
    """One worker's view of one breaker. Methods that return a ``Status`` propose it: publish it, then ``adopt`` the answer."""

    def __init__(self, agent: str, version: str, worker: str) -> None:
        """Begin closed, as nobody has said otherwise."""
        self.status = Status(agent, version)
        self._worker = worker
        self._window = Window()
        self._until_s = 0.0
        self._probes = self._good = 0

    @property
    def probing(self) -> bool:
        """Whether it is half-open and this worker sends the probes."""
        return self.status.state == "half_open" and self.status.by == self._worker

    def allows(self, spec: CircuitBreaker) -> bool:
        """Return whether a call may be sent; changes nothing."""
        return self.status.state == "closed" or (self.probing and self._probes < spec.half_open_calls)

    def begin(self) -> None:
        """Note that a call is sent: in the half-open state it is a probe."""
        if self.status.state == "half_open":
            self._probes += 1

    def due(self, now: float) -> bool:
        """Return whether it is time to try again: it was open for long enough, or whoever had to probe never told."""
        return self.status.state != "closed" and now >= self._until_s

    def rests_s(self, now: float) -> float:
        """Return the seconds until it is tried again."""
        return max(0.0, self._until_s - now) if self.status.state != "closed" else 0.0

    def figures(self, now: float, spec: CircuitBreaker) -> Figures:
        """Return what this worker has seen within the window."""
        return self._window.figures(now, spec.window_s)

    def record(
        self, now: float, now_ms: int, spec: CircuitBreaker, *, failed: bool, took_ms: float, why: str = ""
    ) -> Status | None:
        """Count what came of a call (``why``: the error's code); return the state it leads to, None when it stays."""
        slow = bool(spec.slow_ms) and took_ms > spec.slow_ms
        bad = failed or slow
        if self.status.state == "open":
            return None
        if self.status.state == "half_open":
            return self._probed(now_ms, spec, bad, why or "slow") if self.probing else None
        self._window.add(now, spec.window_s, failed=bad, took_ms=took_ms)
        if not bad:
            return None
        calls, failures = self._window.counts()
        if calls < spec.min_calls or failures < spec.error_rate * calls:
            return None
        latest = why or f"slower than {spec.slow_ms:g} ms"
        reason = f"{failures} of {calls} calls within {spec.window_s:g} s failed; the last: {latest}."
        return self._next("open", now_ms, spec, reason, calls=calls, failures=failures)

    def half_open(self, now_ms: int, spec: CircuitBreaker) -> Status:
        """Propose to let probes through."""
        return self._next("half_open", now_ms, spec, f"Trying again with {spec.half_open_calls} calls.")

    def close(self, now_ms: int, spec: CircuitBreaker, reason: str) -> Status:
        """Propose to let all calls through again."""
        return self._next("closed", now_ms, spec, reason)

    def adopt(self, status: Status, now: float, rests_s: float) -> bool:
        """Take over what holds for everybody; ``rests_s`` is how long until it is tried again. False: it is known."""
        if status.number == self.status.number and status.state == self.status.state:
            return False
        self.status, self._until_s = status, now + rests_s
        self._probes = self._good = 0
        self._window.clear()
        return True

    def _probed(self, now_ms: int, spec: CircuitBreaker, bad: bool, why: str) -> Status | None:
        if bad:
            return self._next("open", now_ms, spec, f"A call that tried it again failed: {why}.", calls=1, failures=1)
        self._good += 1
        if self._good < spec.half_open_calls:
            return None
        return self._next("closed", now_ms, spec, f"{self._good} calls that tried it again went well.")

    def _next(
        self, state: State, now_ms: int, spec: CircuitBreaker, reason: str, *, calls: int = 0, failures: int = 0
    ) -> Status:
        until = 0 if state == "closed" else now_ms + int(spec.open_s * 1000)
        number = self.status.number + 1
        mine = (self.status.agent, self.status.version)
        return Status(*mine, state, number, now_ms, until, reason, self._worker, calls, failures)
