"""Whatever is killed in mid-run: every accepted run ends, and each step is recorded exactly once."""

import os
import signal
import time

from designer.domain import events as ev
from tests.faults.checker import check_runs
from tests.faults.cluster import STEPS, Cluster
from tests.waiting import wait_until

RUNS = 24


def _begin(cluster: Cluster, workers: int = 1, nodes: int = 1) -> list[str]:
    """Start everything, submit runs, return when all of them are in mid-run."""
    for number in range(nodes):
        cluster.start_node(f"node-{number}")
    for number in range(workers):
        cluster.start_worker(f"worker-{number}")
    cluster.wait_for_workers(workers)
    run_ids = cluster.submit(RUNS)
    cluster.wait_until_begun(run_ids)
    assert cluster.in_flight(run_ids) >= 20
    return run_ids


def _kinds(records: list[ev.Record], kind: type) -> list[object]:
    return [record.event for record in records if isinstance(record.event, kind)]


def test_another_worker_takes_over_from_a_killed_one(cluster: Cluster) -> None:
    run_ids = _begin(cluster, workers=2)
    owner = max(cluster.owners(run_ids))
    cluster.kill(cluster.worker_of(owner))
    cluster.wait_until_ended(run_ids)
    logs = check_runs(cluster.client, run_ids, steps=STEPS)
    assert any(_kinds(records, ev.RunTakenOver) for records in logs)


def test_a_killed_worker_that_is_started_again_goes_on(cluster: Cluster) -> None:
    run_ids = _begin(cluster)
    cluster.kill("worker-0")
    cluster.start_worker("worker-0")
    cluster.wait_until_ended(run_ids)
    logs = check_runs(cluster.client, run_ids, steps=STEPS)
    assert all(len(_kinds(records, ev.RunTakenOver)) == 1 for records in logs)
    wait_until(lambda: cluster.hints() == 0)


def test_a_worker_that_stood_still_is_fenced_out(cluster: Cluster) -> None:
    run_ids = _begin(cluster)
    cluster.signal("worker-0", signal.SIGSTOP)
    cluster.start_worker("worker-1")
    stopped = cluster.owners(run_ids)
    wait_until(lambda: not stopped & cluster.owners(run_ids), 30)
    cluster.signal("worker-0", signal.SIGCONT)
    cluster.wait_until_ended(run_ids)
    more = cluster.submit(10)
    cluster.wait_until_ended(more)
    logs = check_runs(cluster.client, run_ids, steps=STEPS)
    assert all(_kinds(records, ev.RunTakenOver) for records in logs)
    check_runs(cluster.client, more, steps=STEPS)


def test_a_stopping_worker_hands_its_runs_over(cluster: Cluster) -> None:
    run_ids = _begin(cluster)
    slow = cluster.submit(RUNS, slow=8.0)
    cluster.start_worker("worker-1")
    cluster.wait_for_workers(2)
    begin = time.monotonic()
    code = cluster.terminate("worker-0")
    assert code == 0
    assert time.monotonic() - begin < 30
    cluster.wait_until_ended(run_ids + slow, 30)
    check_runs(cluster.client, run_ids, steps=STEPS)
    for records in check_runs(cluster.client, slow, steps=STEPS):
        assert _kinds(records, ev.RunTakenOver)
        assert not _kinds(records, ev.StepFailed), "a call in flight goes on at its node and is not made again"


def test_another_node_does_the_work_of_a_killed_one(cluster: Cluster) -> None:
    run_ids = _begin(cluster, nodes=2)
    cluster.kill("node-0")
    cluster.wait_until_ended(run_ids)
    logs = check_runs(cluster.client, run_ids, steps=STEPS)
    failures = [event for records in logs for event in _kinds(records, ev.StepFailed)]
    assert failures
    assert {event.error.code for event in failures} <= {"node_lost", "unavailable"}


def test_runs_wait_for_a_node_and_say_so(cluster: Cluster) -> None:
    cluster.start_worker("worker-0")
    cluster.wait_for_workers(1)
    run_ids = cluster.submit(RUNS)
    wait_until(lambda: cluster.in_flight(run_ids) == RUNS)
    cluster.start_node("node-0")
    cluster.wait_until_ended(run_ids)
    for records in check_runs(cluster.client, run_ids, steps=STEPS):
        assert [event.code for event in _kinds(records, ev.StepWaiting)] == ["no_instance"]


def test_a_restart_of_nats_delays_and_nothing_else(cluster: Cluster) -> None:
    run_ids = _begin(cluster)
    cluster.nats.kill()
    time.sleep(1)
    cluster.nats.start()
    cluster.wait_until_ended(run_ids)
    check_runs(cluster.client, run_ids, steps=STEPS)


def test_a_killed_valkey_loses_nothing(cluster: Cluster) -> None:
    run_ids = _begin(cluster)
    cluster.valkey.kill()
    time.sleep(1)
    cluster.valkey.start()
    cluster.wait_until_ended(run_ids)
    check_runs(cluster.client, run_ids, steps=STEPS)


def test_a_run_whose_hint_was_lost_is_found(cluster: Cluster) -> None:
    run_ids = _begin(cluster)
    lost = [request.run_id for request in cluster.accept(5)]
    cluster.wait_until_ended(run_ids + lost)
    check_runs(cluster.client, run_ids + lost, steps=STEPS)


def test_everything_killed_at_once_goes_on(cluster: Cluster) -> None:
    run_ids = _begin(cluster)
    for name in ("worker-0", "node-0"):
        os.kill(cluster.processes[name].pid, signal.SIGKILL)
    cluster.nats.kill()
    cluster.valkey.kill()
    cluster.kill("worker-0")
    cluster.kill("node-0")
    cluster.valkey.start()
    cluster.nats.start()
    cluster.start_node("node-1")
    cluster.start_worker("worker-1")
    cluster.wait_until_ended(run_ids, 40)
    check_runs(cluster.client, run_ids, steps=STEPS)
