"""The checker is checked: each of four builds that lack a safeguard is caught by it, and by the right invariant."""

import shutil
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agentcluster.up import embedded
from tests.conftest import Server
from tests.faults import checker
from tests.faults.cluster import Cluster, database
from tests.faults.effects import Ledger
from tests.faults.messages import say_again
from tests.waiting import wait_until

RUNS = 24
REAPED_S = 17
"""A reaper finds a run without a hint in two or three of its rounds."""
MIB = 1024 * 1024

Make = Callable[..., Any]


@pytest.fixture
def make(tmp_path: Path, migrated: Path, alone: None, django_db_blocker: Any) -> Iterator[Make]:
    @contextmanager
    def build(broken: str, **options: Any) -> Iterator[Cluster]:
        shutil.copy(migrated, tmp_path / "db.sqlite3")
        with database(f"sqlite:///{tmp_path}/db.sqlite3"):
            cluster = Cluster(tmp_path, broken=broken, **options)
            try:
                yield cluster
            finally:
                for process in [*cluster.processes]:
                    cluster.kill(process)  # broken as they are, they need not stop in good order
                cluster.stop()
                print(cluster.logs())

    with django_db_blocker.unblock():
        yield build


def _begin(cluster: Cluster, slow: float = 1.0) -> list[str]:
    cluster.start_node("node-0")
    cluster.start_worker("worker-0")
    cluster.wait_for_workers(1)
    run_ids = cluster.submit(RUNS, slow)
    cluster.wait_until_begun(run_ids)
    return run_ids


def _caught(cluster: Cluster, run_ids: Sequence[str]) -> set[str]:
    """Return the invariants that do not hold."""
    accepted = dict.fromkeys(run_ids, cluster.published.kinds["line"])
    history = checker.gather(cluster.client, cluster.published, accepted, Ledger(cluster.effects))
    violations = checker.check(history)
    print(*violations, sep="\n")
    return {violation.invariant for violation in violations}


def test_a_build_without_a_fence_is_caught(make: Make) -> None:
    with make("no-fence") as cluster:
        run_ids = _begin(cluster, slow=3.0)
        cluster.signal("worker-0", signal.SIGSTOP)
        cluster.start_worker("worker-1")
        stopped = cluster.owners(run_ids)
        wait_until(lambda: not stopped & cluster.owners(run_ids), 60)
        cluster.signal("worker-0", signal.SIGCONT)
        wait_until(lambda: "epochs_never_fall" in _caught(cluster, run_ids), 60)
        assert {"hash_chain_is_whole", "sequence_is_gapless"} <= _caught(cluster, run_ids)


def test_a_build_without_a_call_ledger_is_caught(make: Make) -> None:
    with make("no-dedupe") as cluster:
        run_ids = _begin(cluster, slow=2.0)
        say_again(cluster, 3.0)
        cluster.wait_until_ended(run_ids)
        assert "calls_run_at_most_once" in _caught(cluster, run_ids)


def test_a_build_without_a_reaper_is_caught(make: Make) -> None:
    with make("no-reaper") as cluster:
        run_ids = _begin(cluster)
        lost = [request.run_id for request in cluster.accept(5)]
        cluster.wait_until_ended(run_ids)
        time.sleep(REAPED_S)
        assert "every_run_ended_once" in _caught(cluster, run_ids + lost)
        assert not _caught(cluster, run_ids)


def test_a_redis_that_evicts_is_caught(make: Make, tmp_path: Path) -> None:
    port = embedded.free_port()
    command = [*embedded.valkey_command(tmp_path / "valkey", port), "--maxmemory-policy", "allkeys-lru"]
    with make("eviction", valkey=Server(command, port, f"redis://{embedded.LOOPBACK}:{port}/0")) as cluster:
        cluster.start_node("node-0")
        cluster.start_worker("worker-0")
        cluster.wait_for_workers(1)
        parked = cluster.submit(RUNS, kind="people")
        wait_until(lambda: not cluster.owners(parked) and cluster.in_flight(parked) == RUNS, 60)
        cluster.client.config_set("maxmemory", int(cluster.client.info("memory")["used_memory"]) + MIB)
        for number in range(64):
            cluster.client.set(f"other:{number}", b"x" * (MIB // 8))
        assert "every_run_ended_once" in _caught(cluster, parked)
        assert any(not [*story.records] for story in _stories(cluster, parked)), "nothing was evicted"


def _stories(cluster: Cluster, run_ids: Sequence[str]) -> list[checker.Story]:
    accepted = dict.fromkeys(run_ids)
    return checker.gather(cluster.client, cluster.published, accepted, Ledger(cluster.effects)).stories
