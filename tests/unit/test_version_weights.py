"""Which version a call gets that names none."""

from collections import Counter

import pytest

from agents.routing.version_weights import by_deployments, by_shares

KEYS = [f"run-{number}/step" for number in range(5000)]
LIVE = ["1.0.0", "1.1.0"]


def test_shares_are_kept_and_are_the_same_for_every_attempt() -> None:
    shares = {"1.0.0": 90, "1.1.0": 10}
    found = Counter(by_shares(shares, LIVE, key) for key in KEYS)
    assert found["1.1.0"] / len(KEYS) == pytest.approx(0.1, abs=0.02)
    assert [by_shares(shares, LIVE, key) for key in KEYS] == [by_shares(shares, [*reversed(LIVE)], key) for key in KEYS]


def test_only_live_versions_with_a_share_get_calls() -> None:
    assert {by_shares({"1.0.0": 90, "2.0.0": 10}, LIVE, key) for key in KEYS} == {"1.0.0"}
    assert by_shares({"2.0.0": 10}, LIVE, "r/s") == ""
    assert by_shares({"1.0.0": 0, "1.1.0": 0}, LIVE, "r/s") == ""


@pytest.mark.parametrize(
    ("weights", "expected"),
    [({}, 1.0), ({"1.1.0": 10}, 0.1), ({"1.1.0": 0}, 0.0), ({"1.0.0": 0, "1.1.0": 30}, 1.0), ({"1.0.0": 50}, 1.0)],
)
def test_the_newest_takes_its_weight_and_the_older_ones_the_rest(weights: dict[str, int], expected: float) -> None:
    found = Counter(by_deployments(weights, LIVE, key) for key in KEYS)
    assert found["1.1.0"] / len(KEYS) == pytest.approx(expected, abs=0.02)
    assert sum(found.values()) == len(KEYS)
    assert "" not in found


def test_no_weight_at_all_says_nothing() -> None:
    assert by_deployments({"1.0.0": 0, "1.1.0": 0}, LIVE, "r/s") == ""
