"""The faults of the lab. Each returns the moment that recovery counts from: see docs/reliability.md."""

import os
import signal
import sqlite3
import time
from collections.abc import Callable
from typing import Any, Final

import msgspec

from designer.models import BulkOperation, Workflow, WorkflowVersion
from tests.faults.cluster import ALIAS
from tests.faults.lab import Fault, Lab
from tests.faults.messages import POISON, corrupt_messages, repeat_messages, truncate_messages
from tests.waiting import wait_until

LEASE_S: Final = 12.0
"""Longer than an owner may be silent (ten looks a second apart)."""
OUTAGE_S: Final = 2.0
KILLED_S: Final = 20.0
RESTARTED_S: Final = 15.0
PARTITIONED_S: Final = 45.0
BULK: Final = 600


def kill_worker(lab: Lab, run_ids: list[str]) -> float:
    """The worker with most of the runs dies; another one is there."""
    name = lab.cluster.busiest_worker(run_ids)
    moment = time.monotonic()
    lab.cluster.kill(name)
    return moment


def kill_node(lab: Lab, run_ids: list[str]) -> float:
    moment = time.monotonic()
    lab.cluster.kill(lab.nodes[0])
    return moment


def freeze_worker(lab: Lab, run_ids: list[str]) -> float:
    return _freeze(lab, lab.cluster.busiest_worker(run_ids))


def freeze_node(lab: Lab, run_ids: list[str]) -> float:
    return _freeze(lab, lab.nodes[0])


def _freeze(lab: Lab, name: str) -> float:
    """A process stands still for longer than its lease, then goes on as if nothing had been."""
    moment = time.monotonic()
    lab.cluster.signal(name, signal.SIGSTOP)
    time.sleep(LEASE_S)
    lab.cluster.signal(name, signal.SIGCONT)
    return moment


def restart_valkey(lab: Lab, run_ids: list[str]) -> float:
    lab.cluster.valkey.kill()
    time.sleep(OUTAGE_S)
    lab.cluster.valkey.start()
    return time.monotonic()


def restart_nats(lab: Lab, run_ids: list[str]) -> float:
    lab.cluster.nats.kill()
    time.sleep(OUTAGE_S)
    lab.cluster.nats.start()
    return time.monotonic()


def lock_database(lab: Lab, run_ids: list[str]) -> float:
    """Somebody else holds SQLite's lock for longer than anybody waits for it."""
    connection = sqlite3.connect(lab.cluster.home / "db.sqlite3", isolation_level=None)
    moment = time.monotonic()
    connection.execute("BEGIN EXCLUSIVE")
    time.sleep(LEASE_S)
    connection.execute("ROLLBACK")
    connection.close()
    return moment


def partition(who: str, server: str) -> Callable[[Lab, list[str]], float]:
    """Return a fault that cuts one process of a sort off from a server, without a word."""

    def inflict(lab: Lab, run_ids: list[str]) -> float:
        moment = time.monotonic()
        for link in lab.cluster.network.between(_one(lab, who, run_ids), server):
            link.interrupt()
        time.sleep(LEASE_S)
        lab.cluster.network.heal()
        return moment

    return inflict


def half_open(who: str, server: str) -> Callable[[Lab, list[str]], float]:
    """Return a fault in which a process is heard by a server, and hears nothing."""

    def inflict(lab: Lab, run_ids: list[str]) -> float:
        moment = time.monotonic()
        for link in lab.cluster.network.between(_one(lab, who, run_ids), server):
            link.half_open()
        time.sleep(LEASE_S)
        lab.cluster.network.heal()
        return moment

    return inflict


def _one(lab: Lab, who: str, run_ids: list[str]) -> str:
    return lab.cluster.busiest_worker(run_ids) if who == "worker" else lab.nodes[0]


def latency(*servers: str) -> Callable[[Lab, list[str]], float]:
    """Return a fault that makes all that is said with the servers 50 to 500 ms late."""

    def inflict(lab: Lab, run_ids: list[str]) -> float:
        moment = time.monotonic()
        for who in ("worker", "node"):
            for server in servers:
                for link in lab.cluster.network.between(who, server):
                    link.delay_s = (0.05, 0.5)
        time.sleep(LEASE_S)
        lab.cluster.network.heal()
        return moment

    return inflict


def slow_agents(lab: Lab, run_ids: list[str]) -> float:
    """All agents take ten times as long, for a while."""
    lab.cluster.slow.write_text("10")
    moment = time.monotonic()
    time.sleep(LEASE_S)
    lab.cluster.slow.unlink()
    return moment


def rolling_restart(lab: Lab, run_ids: list[str]) -> float:
    """All processes are stopped in good order and started again, one by one, while the workflows are edited and published."""
    cluster = lab.cluster
    moment = time.monotonic()
    original = msgspec.to_builtins(cluster.published.kinds["line"].graph)
    for name in (*lab.workers, *lab.nodes, "web"):
        _publish_line(_without_left(original))
        assert cluster.terminate(name) in (0, -signal.SIGTERM), f"{name} did not stop in good order"
        _publish_line(original)
        lab.make_whole()
    return moment


def _without_left(graph: dict[str, Any]) -> dict[str, Any]:
    """Return the line as somebody edits it who has no use for one of its branches."""
    nodes = [node for node in graph["nodes"] if node["id"] != "left"]
    edges = [edge for edge in graph["edges"] if "left" not in (edge["source"], edge["target"])]
    return {**graph, "nodes": nodes, "edges": edges}


def _publish_line(graph: dict[str, Any]) -> None:
    """Make a new version; runs that go on keep the one they began with."""
    workflow = Workflow.objects.using(ALIAS).get(name="line")
    newest = WorkflowVersion.objects.using(ALIAS).filter(workflow=workflow).order_by("-number")[0]
    WorkflowVersion.objects.using(ALIAS).create(
        workflow=workflow, number=newest.number + 1, digest=f"sha256:{os.urandom(32).hex()}", graph=graph
    )


def kill_everything(lab: Lab, run_ids: list[str]) -> float:
    """All processes and both servers die at once."""
    cluster = lab.cluster
    cluster.nats.kill()
    cluster.valkey.kill()
    for name in (*lab.workers, *lab.nodes, "web"):
        cluster.kill(name)
    cluster.valkey.start()
    cluster.nats.start()
    lab.make_whole()
    return time.monotonic()


def go_on(lab: Lab, run_ids: list[str]) -> float:
    """What is wrong is in the mix itself."""
    return time.monotonic()


def kill_celery_child(lab: Lab, run_ids: list[str]) -> float:
    """The child that carries out a bulk operation dies in the middle of it; another one goes on when its lease is over."""
    cluster = lab.cluster
    cluster.start_jobs()
    cluster.start_beat()
    bulk = lab.start_runs(counts={"people": BULK})
    wait_until(lambda: cluster.in_flight([*bulk]) == len(bulk), 120)
    child = cluster.pid_of_child("jobs")
    answer = lab.post("runs/bulk", {"action": "cancel", "filter": {"ids": [*bulk]}, "reason": "Enough."})
    assert answer.status_code == 202, answer.text
    operation = BulkOperation.objects.using(ALIAS).filter(pk=answer.json()["id"])
    while not operation.filter(done__gt=0).exists():
        time.sleep(0.001)
    moment = time.monotonic()
    os.kill(child, signal.SIGKILL)
    assert operation.filter(ended_at=None).exists(), "the operation was over before the kill"
    done = operation.get().done
    wait_until(lambda: operation.get().done > done, 180)
    lab.measured.append(time.monotonic() - moment)
    wait_until(lambda: operation.exclude(ended_at=None).exists(), 180)
    state = operation.get()
    assert state.done + sum(state.refused.values()) == len(bulk), state
    cluster.wait_until_ended([*bulk])
    cluster.terminate("beat")
    cluster.terminate("jobs")
    return moment


SHARED: Final = (
    Fault("engine worker killed", kill_worker, KILLED_S),
    Fault("node killed", kill_node, KILLED_S),
    Fault("engine worker stands still, then goes on", freeze_worker, KILLED_S),
    Fault("node stands still, then goes on", freeze_node, KILLED_S),
    Fault("Valkey killed and started again", restart_valkey, RESTARTED_S),
    Fault("NATS killed and started again", restart_nats, RESTARTED_S),
    Fault("worker cut off from Valkey", partition("worker", "valkey"), PARTITIONED_S),
    Fault("node cut off from NATS", partition("node", "nats"), PARTITIONED_S),
    Fault("worker half cut off from NATS", half_open("worker", "nats"), PARTITIONED_S),
    Fault("corrupt messages", corrupt_messages, poison=POISON),
    Fault("messages cut in half", truncate_messages),
    Fault("duplicate and reordered messages", repeat_messages),
    Fault("rolling restart while workflows are edited", rolling_restart),
)
"""Faults that can follow one another on one installation; these run in every test."""
LONG: Final = (
    Fault("worker cut off from NATS", partition("worker", "nats"), PARTITIONED_S),
    Fault("node cut off from Valkey", partition("node", "valkey"), PARTITIONED_S),
    Fault("worker half cut off from Valkey", half_open("worker", "valkey"), PARTITIONED_S),
    Fault("node half cut off from NATS", half_open("node", "nats"), PARTITIONED_S),
    Fault("50 to 500 ms more on the way to Valkey", latency("valkey")),
    Fault("50 to 500 ms more on the way to NATS", latency("nats")),
    Fault("50 to 500 ms more on every way", latency("valkey", "nats")),
    Fault("agents ten times as slow", slow_agents),
    Fault("agents over their memory limit", go_on, counts={"line": 12, "loop": 6, "parent": 6, "hungry": 8}),
    Fault("SQLite locked", lock_database, RESTARTED_S),
    Fault("everything killed at once", kill_everything, KILLED_S),
    Fault("Celery child killed in a bulk operation", kill_celery_child, KILLED_S),
)
"""More of them, for ``make faults`` and ``make soak``."""
