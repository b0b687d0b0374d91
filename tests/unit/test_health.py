"""When is a node active, unreachable, failed?"""

import pytest

from agents.cluster.sighting import SeeingClock
from agents.domain.health import Health, judge


@pytest.mark.parametrize(
    ("silent_s", "stated_age_s", "present", "expected"),
    [
        (0.0, 0.1, True, Health.ACTIVE),
        (7.4, 7.5, True, Health.ACTIVE),
        (7.6, 7.7, True, Health.UNREACHABLE),
        (14.9, 14.9, True, Health.UNREACHABLE),
        (15.0, 15.0, True, Health.FAILED),
        (0.0, 15.1, True, Health.FAILED),
        (0.0, -3600.0, True, Health.ACTIVE),
        (2.0, 2.0, False, Health.ACTIVE),
        (9.0, 9.0, False, Health.UNREACHABLE),
        (10.1, 10.1, False, Health.FAILED),
    ],
    ids=[
        "fresh",
        "a late beat",
        "one beat missed",
        "two beats missed",
        "three beats missed",
        "an old entry nobody renews",
        "the node's clock is an hour ahead",
        "the bucket came back empty",
        "gone and silent",
        "expired",
    ],
)
def test_health(silent_s, stated_age_s, present, expected):
    assert judge(silent_s=silent_s, stated_age_s=stated_age_s, present=present) is expected


def test_time_without_sight_does_not_count():
    clock = SeeingClock(100.0)
    assert clock.tick(101.0, blind=False) == pytest.approx(1.0)
    assert clock.tick(102.0, blind=True) == pytest.approx(1.0)
    assert clock.tick(103.0, blind=False) == pytest.approx(2.0)


def test_time_in_which_the_observer_was_stalled_does_not_count():
    clock = SeeingClock(0.0)
    clock.tick(0.5, blind=False)
    assert clock.tick(60.0, blind=False) == pytest.approx(0.5)
