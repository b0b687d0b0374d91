"""The circuit breaker's states, and that no history of calls breaks its promises."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.domain.breaker import Breaker, Status, is_failure
from agents.domain.calls import CallError
from agents.domain.policy import CircuitBreaker

SPEC = CircuitBreaker(error_rate=0.5, min_calls=4, window_s=10.0, open_s=5.0, half_open_calls=2)


def breaker() -> Breaker:
    return Breaker("csv-parse", "1.0.0", "w1")


def told(machine: Breaker, status: Status | None, now: float) -> None:
    if status is not None:
        machine.adopt(status, now, SPEC.open_s if status.state != "closed" else 0.0)


def call(machine: Breaker, now: float, *, failed: bool, took_ms: float = 1.0, spec: CircuitBreaker = SPEC) -> None:
    machine.begin()
    why = "agent_error" if failed else ""
    told(machine, machine.record(now, int(now * 1000), spec, failed=failed, took_ms=took_ms, why=why), now)


def opened() -> Breaker:
    machine = breaker()
    for second in range(4):
        call(machine, float(second), failed=True)
    assert machine.status.state == "open"
    return machine


def test_opens_at_the_rate_and_not_before_enough_calls() -> None:
    machine = breaker()
    for second in range(3):
        call(machine, float(second), failed=True)
    assert machine.status.state == "closed"
    call(machine, 3.0, failed=True)
    assert (machine.status.state, machine.status.calls, machine.status.failures) == ("open", 4, 4)
    assert "agent_error" in machine.status.reason
    assert not machine.allows(SPEC)
    assert machine.rests_s(4.0) == 4.0


def test_stays_closed_below_the_rate() -> None:
    machine = breaker()
    for second in range(8):
        call(machine, second / 10, failed=second % 4 == 0)
    assert machine.status.state == "closed"


def test_a_window_that_policy_makes_longer_still_moves_on() -> None:
    machine, longer = breaker(), msgspec.structs.replace(SPEC, window_s=60.0)
    for number in range(3):
        call(machine, 100_000.0 + number, failed=True)
    for number in range(3):
        call(machine, 100_100.0 + number * 100, failed=True, spec=longer)
    assert machine.status.state == "closed"
    assert machine.figures(100_400.0, longer).calls == 0


def test_old_failures_leave_the_window() -> None:
    machine = breaker()
    for second in range(3):
        call(machine, float(second), failed=True)
    call(machine, 30.0, failed=True)
    assert machine.status.state == "closed"
    assert machine.figures(30.0, SPEC).calls == 1


def test_slow_calls_count_as_failed_when_the_policy_says_so() -> None:
    machine, spec = breaker(), CircuitBreaker(min_calls=2, slow_ms=100)
    call(machine, 1.0, failed=False, took_ms=150, spec=spec)
    call(machine, 1.1, failed=False, took_ms=150, spec=spec)
    assert machine.status.state == "open"
    assert "100 ms" in machine.status.reason


def test_probes_are_bounded_and_close_it() -> None:
    machine = opened()
    assert not machine.due(7.9)
    assert machine.due(8.0)
    told(machine, machine.half_open(8000, SPEC), 8.0)
    assert machine.allows(SPEC)
    machine.begin()
    machine.begin()
    assert not machine.allows(SPEC)
    for _ in range(2):
        told(machine, machine.record(9.0, 9000, SPEC, failed=False, took_ms=1.0), 9.0)
    assert machine.status.state == "closed"
    assert machine.allows(SPEC)


def test_a_failed_probe_opens_it_again() -> None:
    machine = opened()
    told(machine, machine.half_open(8000, SPEC), 8.0)
    call(machine, 9.0, failed=True)
    assert machine.status.state == "open"
    assert machine.due(14.0)


def test_only_the_worker_that_tries_sends_probes() -> None:
    other = Breaker("csv-parse", "1.0.0", "w2")
    machine = opened()
    trial = machine.half_open(8000, SPEC)
    other.adopt(trial, 8.0, 5.0)
    assert not other.allows(SPEC)
    assert other.record(9.0, 9000, SPEC, failed=True, took_ms=1.0) is None
    assert other.due(13.0), "a worker that died while it tried must not keep it half-open for ever"


def test_what_is_known_is_not_adopted_twice() -> None:
    machine = opened()
    status = machine.status
    assert not machine.adopt(status, 50.0, 5.0)
    assert machine.due(8.0)


@pytest.mark.parametrize(
    ("code", "retryable", "counts"),
    [
        ("agent_error", False, True), ("worker_crashed", True, True), ("node_lost", True, True),
        ("temporary_status", True, True), ("invalid_input", False, False), ("cancelled", False, False),
        ("overloaded", True, False), ("unavailable", True, False), ("csv_empty", False, False),
        ("breaker_open", True, False),
    ],
)  # fmt: skip
def test_what_counts_as_failure(code: str, retryable: bool, counts: bool) -> None:
    assert is_failure(CallError(code, "…", retryable=retryable)) is counts


steps = st.lists(st.tuples(st.floats(0.0, 4.0), st.sampled_from(["good", "bad", "slow", "try", "other"])), max_size=120)


@settings(max_examples=300, deadline=None)
@given(steps)
def test_no_history_breaks_its_promises(history: list[tuple[float, str]]) -> None:
    machine, now, out = breaker(), 0.0, 0
    for gap, what in history:
        now += gap
        before = machine.status
        if what == "try":
            if machine.due(now):
                told(machine, machine.half_open(int(now * 1000), SPEC), now)
                out = 0
        elif what == "other":
            theirs = Status("csv-parse", "1.0.0", "open", before.number + 1, 0, 0, "", "w2")
            machine.adopt(theirs, now, SPEC.open_s)
        elif machine.allows(SPEC):
            if machine.probing:
                out += 1
            call(machine, now, failed=what == "bad", took_ms=500.0)
        assert machine.status.number >= before.number
        assert out <= SPEC.half_open_calls or machine.status.state != "half_open"
        if machine.status.state == "open":
            assert not machine.allows(SPEC)
            assert machine.rests_s(now) <= SPEC.open_s + 1e-6
        if machine.status.state == "closed":
            assert machine.allows(SPEC)
        if before.state == "open" and machine.status.state == "closed":
            raise AssertionError("it closed without a try")
