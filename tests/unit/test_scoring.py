"""Which instance gets the next call?"""

from collections import Counter

from agents.domain.scoring import InstanceInfo, choose


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
