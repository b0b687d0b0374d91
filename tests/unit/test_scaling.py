"""How many instances a load needs: by the target, after a while, within bounds, and never to and fro."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.domain.policy import Scaling
from agents.domain.scaling import STALE_S, Decision, Figures, Trend, decide

STEP_S = 3.0


def seen(calls: float, replicas: int, concurrency: int = 10, *, age_s: float = 0.0) -> Figures:
    """Return what is seen of so many calls: those that find no place wait."""
    room = replicas * concurrency
    at_work = min(int(calls), room)
    return Figures(replicas, room, at_work, calls - at_work, age_s)


def numbers(spec: Scaling, replicas: int, loads: list[float], concurrency: int = 10) -> list[int]:
    """Return the number after each look at a load, one look every ``STEP_S``."""
    trend, changed_s, found = Trend(), 0.0, []
    for step, calls in enumerate(loads):
        now_s = step * STEP_S
        figures = seen(calls, replicas, concurrency)
        decision = decide(spec, replicas, figures, trend, now_s=now_s, changed_s=changed_s, by_hand=False)
        if decision.wanted != replicas:
            assert decision.why
            changed_s = now_s
        replicas, trend = decision.wanted, decision.trend
        found.append(replicas)
    return found


def test_a_load_above_the_target_gets_more_instances_once_it_has_lasted():
    assert numbers(Scaling(max=10, up_after_s=5), 1, [28.0] * 4) == [1, 1, 4, 4]


def test_a_peak_that_does_not_last_changes_nothing():
    assert numbers(Scaling(max=10, up_after_s=5), 1, [28.0, 5.0, 28.0, 5.0, 28.0, 5.0]) == [1] * 6


def test_a_growing_load_gets_no_more_than_was_needed_all_the_time():
    assert numbers(Scaling(max=10, up_after_s=5), 1, [14.0, 28.0, 56.0])[-1] == 2


def test_quiet_gets_fewer_instances_once_it_has_lasted_and_never_fewer_than_min():
    quiet = numbers(Scaling(min=2, max=10, down_after_s=60), 8, [0.0] * 30)
    assert quiet[:20] == [8] * 20
    assert quiet[20:] == [2] * 10


def test_a_short_quiet_keeps_what_the_load_before_and_after_needs():
    spec = Scaling(max=10, down_after_s=30)
    assert numbers(spec, 8, [50.0, *[0.0] * 9, 50.0] * 3) == [8] * 33


def test_changes_lie_apart_by_the_cool_down():
    spec = Scaling(max=10, up_after_s=5)
    trend = Trend(more_since=90.0, more=3)
    assert decide(spec, 1, seen(21, 1), trend, now_s=100.0, changed_s=97.0, by_hand=False).wanted == 1
    assert decide(spec, 1, seen(21, 1), trend, now_s=103.0, changed_s=97.0, by_hand=False).wanted == 3


@pytest.mark.parametrize("figures", [None, seen(100, 2, age_s=STALE_S + 0.1), Figures(0, 0, 0, 50.0)])
def test_what_is_not_known_or_too_old_moves_nothing_and_is_forgotten(figures):
    since = Trend(more_since=0.0, more=4)
    assert decide(Scaling(), 2, figures, since, now_s=100.0, changed_s=0.0, by_hand=False) == Decision(2)


def test_the_reason_names_the_calls_the_room_and_the_target():
    decision = decide(Scaling(), 2, Figures(2, 20, 20, 14.0), Trend(0.0, 4), now_s=100.0, changed_s=0.0, by_hand=False)
    assert decision.why == (
        "At work or waiting: 34 calls, 170 % of the 20 that the instances take at a time; the target is 70 %."
    )


@pytest.mark.parametrize(("replicas", "bound"), [(9, 4), (1, 2)])
def test_a_number_set_by_hand_beyond_the_bounds_stays_unless_the_policy_brings_it_back(replicas, bound):
    busy = seen(1000, replicas)
    long = Trend(0.0, 4)
    spec = Scaling(min=2, max=4)
    assert decide(spec, replicas, busy, long, now_s=1000.0, changed_s=0.0, by_hand=True) == Decision(replicas)
    brought = decide(
        Scaling(min=2, max=4, bring_back=True), replicas, busy, Trend(), now_s=0.0, changed_s=0.0, by_hand=True
    )
    assert brought == Decision(bound, f"The number was {replicas}; the policy allows 2 to 4.")
    assert decide(spec, replicas, None, Trend(), now_s=0.0, changed_s=0.0, by_hand=False).wanted == bound


def test_what_was_ended_stays_so():
    spec = Scaling(min=2, bring_back=True)
    assert decide(spec, 0, seen(50, 1), Trend(0.0, 4), now_s=1000.0, changed_s=0.0, by_hand=False) == Decision(0)


BOUNDS = st.tuples(st.integers(1, 20), st.integers(1, 20)).map(sorted)
SPECS = st.builds(
    lambda bounds, target, up_s, down_s: Scaling(bounds[0], bounds[1], target, up_s, down_s),
    BOUNDS,
    st.floats(0.05, 1),
    st.floats(0, 30),
    st.floats(0, 90),
)


@given(SPECS, st.integers(1, 20), st.floats(0, 500), st.integers(1, 50))
def test_a_constant_load_moves_the_number_one_way_and_then_no_more(spec, replicas, calls, concurrency):
    replicas = min(max(replicas, spec.min), spec.max)
    found = numbers(spec, replicas, [calls] * 100, concurrency)
    changes = [(before, after) for before, after in zip([replicas, *found], found, strict=False) if before != after]
    assert len(changes) <= 1
    assert all(spec.min <= number <= spec.max for number in found)
    last = found[-1]
    room = last * concurrency
    assert last == spec.max or calls <= spec.target * room * (1 + 1e-6)


@given(SPECS, st.floats(1, 500), st.lists(st.floats(0.91, 1.0), min_size=60, max_size=60))
def test_a_load_that_trembles_by_a_tenth_never_moves_the_number_to_and_fro(spec, calls, tremors):
    found = numbers(spec, spec.min, [calls * tremor for tremor in tremors])
    assert found == sorted(found)


@given(SPECS, st.integers(1, 20), st.lists(st.floats(0, 500), max_size=60))
def test_whatever_the_load_is_the_bounds_hold(spec, replicas, loads):
    replicas = min(max(replicas, spec.min), spec.max)
    assert all(spec.min <= number <= spec.max for number in numbers(spec, replicas, loads))
