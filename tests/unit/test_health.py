"""When is a node active, unreachable, failed?"""

import pytest

from agents.cluster.sighting import SeeingClock
from agents.domain.health import Health, judge


@pytest.mark.parametrize(
    ("silent_s", "stated_age_s", "expected"),
    [
        (0.0, 0.1, Health.ACTIVE),
        (7.4, 7.5, Health.ACTIVE),
        (7.6, 7.7, Health.UNREACHABLE),
        (14.4, 14.4, Health.UNREACHABLE),
        (14.5, 14.5, Health.FAILED),
        (0.0, 15.1, Health.FAILED),
        (0.0, -3600.0, Health.ACTIVE),
    ],
    ids=[
        "fresh",
        "a late beat",
        "one beat missed",
        "two beats missed",
        "three beats missed",
        "an old entry nobody renews",
        "the node's clock is an hour ahead",
    ],
)
def test_health(silent_s, stated_age_s, expected):
    assert judge(silent_s=silent_s, stated_age_s=stated_age_s) is expected


def test_time_without_sight_does_not_count():
    clock = SeeingClock(100.0)
    assert clock.tick(101.0, blind=False) == pytest.approx(1.0)
    assert clock.tick(102.0, blind=True) == pytest.approx(1.0)
    assert clock.tick(103.0, blind=False) == pytest.approx(2.0)


def test_time_in_which_the_observer_was_stalled_does_not_count():
    clock = SeeingClock(0.0)
    clock.tick(0.5, blind=False)
    assert clock.tick(60.0, blind=False) == pytest.approx(0.5)
