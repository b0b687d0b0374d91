"""Which instance gets the next call?"""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.domain.scoring import InstanceInfo, Load, choose, choose_by_score, scores, smoothed_idle


def instance(name: str, in_flight: int = 0, concurrency: int = 4) -> InstanceInfo:
    return InstanceInfo(name, "node", "agent", "1.0.0", "agent://sha256:0", in_flight, concurrency, 0)


def test_no_instance_no_choice():
    assert choose([], {}) is None


def test_the_lowest_load_by_concurrency_wins():
    small, large = instance("small", concurrency=2), instance("large", concurrency=10)
    assert choose([small, large], {"small": 1, "large": 4}) is large
    assert choose([small, large], {"small": 1, "large": 6}) is small


def test_what_others_have_in_flight_counts():
    busy, idle = instance("busy", in_flight=3), instance("idle")
    assert choose([busy, idle], {"idle": 1}) is idle


def test_equals_take_turns():
    known = [instance(str(number)) for number in range(5)]
    chosen = Counter(choose(known, {}, turn).instance for turn in range(100))
    assert set(chosen.values()) == {20}


def test_full_instances_are_passed_over_and_none_is_chosen_when_all_are_full():
    known = [instance("a"), instance("b")]
    assert choose(known, {"a": 8, "b": 7}, max_load=2).instance == "b"
    assert choose(known, {"a": 8, "b": 8}, max_load=2) is None


def test_of_a_thousand_a_few_are_compared_and_all_get_their_share():
    known = [instance(str(number)) for number in range(1000)]
    local: Counter[str] = Counter()
    for turn in range(4000):
        local[choose(known, local, turn).instance] += 1
    assert len(local) == 1000
    assert max(local.values()) <= 6


def test_the_score_is_exactly_07_pending_and_03_idle() -> None:
    found = scores([Load(10, 0), Load(5, 2000), Load(0, 4000)])
    assert found == pytest.approx([0.7, 0.7 * 0.5 + 0.3 * 0.5, 0.3])


def test_nothing_pending_and_nothing_idle_scores_nothing() -> None:
    assert scores([Load(0, 0), Load(0, 0)]) == [0.0, 0.0]
    assert scores([]) == []


@given(st.lists(st.tuples(st.integers(0, 1000), st.floats(0, 1e6)), min_size=1, max_size=20))
def test_scores_lie_between_0_and_1_and_more_work_never_scores_less(figures: list[tuple[int, float]]) -> None:
    loads = [Load(*each) for each in figures]
    found = scores(loads)
    assert all(0 <= score <= 1.0001 for score in found)
    for one, first in zip(loads, found, strict=True):
        for other, second in zip(loads, found, strict=True):
            if one.pending >= other.pending and one.idle_ms >= other.idle_ms:
                assert first >= second


def test_the_lowest_score_wins_and_a_full_instance_is_passed_over() -> None:
    fleet = [instance(name, concurrency=2) for name in ("a", "b", "c")]
    loads = [Load(3, 10), Load(1, 10), Load(2, 10)]
    chosen = [choose_by_score(fleet, loads, own) for own in ({}, {"b": 2}, {"b": 2, "c": 2}, {"a": 2, "b": 2, "c": 2})]
    assert [each.instance if each else None for each in chosen] == ["b", "c", "a", None]


def test_equals_take_turns_and_of_many_a_different_set_is_scored() -> None:
    fleet = [instance(str(number)) for number in range(100)]
    loads = [Load(0, 0)] * 100
    chosen = {found.instance for turn in range(100) if (found := choose_by_score(fleet, loads, {}, turn))}
    assert len(chosen) == 100


def test_idle_is_the_mean_of_several_looks_and_fades_when_there_is_nothing_to_do() -> None:
    idle = smoothed_idle(None, Load(3, 100.0))
    assert idle == 100.0
    for _ in range(20):
        idle = smoothed_idle(idle, Load(3, 10.0))
    assert idle == pytest.approx(10.0, abs=0.1)
    assert smoothed_idle(idle, Load(0, 5000.0)) < idle
    assert smoothed_idle(None, Load(0, 5000.0)) == 0.0
