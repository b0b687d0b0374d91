"""Kills and losses that need an installation of their own, or a look at what the log says of them."""

import time
from collections.abc import Sequence

from designer.domain import events as ev
from tests.faults import checker
from tests.faults.cluster import Cluster
from tests.faults.effects import Ledger
from tests.waiting import wait_until

RUNS = 24


def _begin(cluster: Cluster) -> list[str]:
    """Start a worker and a node, submit runs, return when all of them are in mid-run."""
    cluster.start_node("node-0")
    cluster.start_worker("worker-0")
    cluster.wait_for_workers(1)
    run_ids = cluster.submit(RUNS)
    cluster.wait_until_begun(run_ids)
    assert cluster.in_flight(run_ids) >= 20
    return run_ids


def _checked(cluster: Cluster, run_ids: Sequence[str]) -> list[checker.Story]:
    """Return what is told of the runs, when nothing is wrong with it."""
    wait_until(lambda: not checker.what_is_left(cluster.client, run_ids), 30)
    accepted = dict.fromkeys(run_ids, cluster.published.kinds["line"])
    history = checker.gather(cluster.client, cluster.published, accepted, Ledger(cluster.effects))
    assert not checker.check(history)
    return history.stories


def test_a_killed_worker_that_is_started_again_goes_on(cluster: Cluster) -> None:
    run_ids = _begin(cluster)
    cluster.kill("worker-0")
    cluster.start_worker("worker-0")
    cluster.wait_until_ended(run_ids)
    assert all(len(story.events(ev.RunTakenOver)) == 1 for story in _checked(cluster, run_ids))


def test_a_stopping_worker_hands_its_runs_over(cluster: Cluster) -> None:
    run_ids = _begin(cluster)
    slow = cluster.submit(RUNS, slow=6.0)
    cluster.start_worker("worker-1")
    cluster.wait_for_workers(2)
    begin = time.monotonic()
    assert cluster.terminate("worker-0") == 0
    assert time.monotonic() - begin < 30
    cluster.wait_until_ended(run_ids + slow, 60)
    stories = {story.run_id: story for story in _checked(cluster, run_ids + slow)}
    for run_id in slow:
        assert stories[run_id].events(ev.RunTakenOver)
        assert not stories[run_id].events(ev.StepFailed), "a call in flight goes on at its node and is not made again"


def test_runs_wait_for_a_node_and_say_so(cluster: Cluster) -> None:
    cluster.start_worker("worker-0")
    cluster.wait_for_workers(1)
    run_ids = cluster.submit(RUNS)
    wait_until(lambda: cluster.in_flight(run_ids) == RUNS)
    cluster.start_node("node-0")
    cluster.wait_until_ended(run_ids)
    for story in _checked(cluster, run_ids):
        assert [event.code for event in story.events(ev.StepWaiting) if isinstance(event, ev.StepWaiting)] == [
            "no_instance"
        ]


def test_a_run_whose_hint_was_lost_is_found(cluster: Cluster) -> None:
    run_ids = _begin(cluster)
    lost = [request.run_id for request in cluster.accept(5)]
    cluster.wait_until_ended(run_ids + lost)
    _checked(cluster, run_ids + lost)
