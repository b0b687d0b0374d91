"""A clock for runs that a change of the machine's clock does not disturb."""

from datetime import timedelta

import pytest

from agentcluster import clock

HOUR_MS = int(timedelta(hours=1).total_seconds() * 1000)
NOON = 1_795_000_000_000


class Machine:
    """The machine's two clocks."""

    def __init__(self):
        self.wall, self.ticks = NOON, 50.0

    def pass_ms(self, ms):
        self.wall += ms
        self.ticks += ms / 1000


@pytest.fixture
def machine(monkeypatch):
    machine = Machine()
    monkeypatch.setattr(clock, "now_ms", lambda: machine.wall)
    monkeypatch.setattr(clock, "monotonic", lambda: machine.ticks)
    return machine


def test_it_is_wall_time_as_long_as_that_goes_on(machine):
    steady = clock.SteadyClock()
    machine.pass_ms(5_000)
    assert steady.now_ms() == NOON + 5_000


def test_it_goes_on_while_the_wall_clock_was_set_back(machine):
    steady = clock.SteadyClock()
    machine.pass_ms(1_000)
    machine.wall -= HOUR_MS
    machine.pass_ms(4_000)
    assert steady.now_ms() == NOON + 5_000


def test_it_follows_the_wall_clock_forward_and_stays_there(machine):
    steady = clock.SteadyClock()
    machine.wall += HOUR_MS
    assert steady.now_ms() == NOON + HOUR_MS
    machine.wall -= HOUR_MS
    machine.pass_ms(1_000)
    assert steady.now_ms() == NOON + HOUR_MS + 1_000


def test_it_goes_on_from_what_has_already_been(machine):
    steady = clock.SteadyClock()
    steady.not_before(NOON - 1)
    assert steady.now_ms() == NOON
    steady.not_before(NOON + HOUR_MS)
    machine.pass_ms(3_000)
    assert steady.now_ms() == NOON + HOUR_MS + 3_000
