"""The breaker opens after failures in a row, rests, and lets one call try."""

from agents.llm.breaker import Breaker


def test_it_opens_after_failures_in_a_row() -> None:
    breaker = Breaker(failures=3, rest_s=10)
    breaker.failed(0)
    breaker.failed(0)
    breaker.succeeded()
    breaker.failed(1)
    breaker.failed(1)
    assert breaker.allows(1)
    breaker.failed(2)
    assert (breaker.state(2), breaker.allows(2), breaker.rests_for(5)) == ("open", False, 7)


def test_after_its_rest_one_call_may_try_and_decides() -> None:
    breaker = Breaker(failures=1, rest_s=10)
    breaker.failed(0)
    assert breaker.state(10) == "half_open"
    assert breaker.allows(10)
    breaker.begin(10)
    assert not breaker.allows(11)
    breaker.failed(12)
    assert breaker.state(13) == "open"
    breaker.begin(22)
    breaker.succeeded()
    assert (breaker.state(22), breaker.rests_for(22)) == ("closed", 0)


def test_a_try_that_never_reports_does_not_keep_it_shut() -> None:
    breaker = Breaker(failures=1, rest_s=10)
    breaker.failed(0)
    breaker.begin(10)
    assert not breaker.allows(19)
    assert breaker.allows(20)
