"""Is a node alive whose clock, or ours, is an hour off?"""

from msgspec import structs

from agents.cluster.heartbeat import Heartbeat, Slots
from agents.cluster.sighting import Sighting
from agents.domain.health import Health

HOUR_MS = 3_600_000
BEAT = Heartbeat(
    node_id="n", name="n", ts=0, load=0, region="", role="node", toolset=(), version="", host="", pid=1, started_ms=0,
    slots=Slots(0, 1), agents=(),
)  # fmt: skip


def seen(before: Sighting | None, seen_s: float, ts: int, wall_ms: int) -> Sighting:
    """Return what is known of the node after a beat that says ``ts`` came."""
    one = Sighting(structs.replace(BEAT, ts=ts), seen_s, wall_ms)
    one.follow(before)
    one.health = one.judge(seen_s)
    return one


def test_one_beat_that_is_too_old_proves_nothing():
    assert seen(None, 0, 0, HOUR_MS).health is Health.FAILED
    again = seen(seen(None, 0, 0, HOUR_MS), 5, 0, HOUR_MS + 5000)
    assert again.health is Health.FAILED, "the same beat once more, after a reconnect"


def test_a_node_whose_clock_is_an_hour_behind_is_alive_from_its_second_beat_on():
    first = seen(None, 0, 0, HOUR_MS)
    second = seen(first, 5, 5000, HOUR_MS + 5000)
    assert (first.health, second.health) == (Health.FAILED, Health.ACTIVE)
    assert second.judge(5 + 8) is Health.UNREACHABLE
    assert second.judge(5 + 15) is Health.FAILED


def test_old_beats_that_come_in_a_heap_prove_nothing():
    first = seen(None, 0, 0, HOUR_MS)
    assert seen(first, 0.1, 5000, HOUR_MS + 100).health is Health.FAILED


def test_our_own_clock_may_jump_without_losing_the_nodes():
    first = seen(None, 0, 1000, 1000)
    ahead = seen(first, 5, 6000, 6000 + HOUR_MS)
    back = seen(ahead, 10, 11_000, 11_000)
    assert [one.health for one in (first, ahead, back)] == [Health.ACTIVE] * 3
    assert ahead.judge(12) is Health.ACTIVE


def test_a_nodes_clock_may_jump_without_losing_it():
    first = seen(None, 0, HOUR_MS, HOUR_MS)
    back = seen(first, 5, 5000, HOUR_MS + 5000)
    assert back.health is Health.ACTIVE


def test_a_node_that_was_not_seen_for_long_must_prove_itself_again():
    first = seen(None, 0, 0, 0)
    late = seen(first, 40, 5000, 40_000)
    assert late.health is Health.FAILED
