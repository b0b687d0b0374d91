"""The faults of the lab. Each returns the moment that recovery counts from: see docs/reliability.md."""

import asyncio
import os
import random
import signal
import sqlite3
import time
from collections.abc import Callable
from typing import Final

import msgspec
import nats
from nats.aio.msg import Msg

from agentcluster import subjects
from agentcluster.streams import blocking, keys
from designer.models import WorkflowVersion
from tests.faults.cluster import ALIAS, Cluster
from tests.faults.lab import Fault, Lab
from tests.waiting import wait_until

LEASE_S: Final = 12.0
"""Longer than an owner may be silent (ten looks a second apart)."""
OUTAGE_S: Final = 2.0
GARBAGE: Final = (b"", b"\x00\xff\xfe", b"{", b'{"run_id":', b"[]", b"null", b'"' + b"x" * 5000)
KILLED_S: Final = 20.0
RESTARTED_S: Final = 15.0
PARTITIONED_S: Final = 45.0


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
    connection.execute("BEGIN EXCLUSIVE")
    time.sleep(LEASE_S)
    connection.execute("ROLLBACK")
    connection.close()
    return time.monotonic()


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


def truncate_messages(lab: Lab, run_ids: list[str]) -> float:
    """Links break in the middle of a message, several times, on all sides."""
    for _ in range(4):
        for link in lab.cluster.network.of(*lab.workers, *lab.nodes):
            link.truncating = 1
        time.sleep(0.5)
    lab.cluster.network.heal()
    return time.monotonic()


def corrupt_messages(lab: Lab, run_ids: list[str]) -> float:
    """Garbage wherever something is read: hints, inboxes, wake streams, replies, requests, control messages."""
    client, workers = lab.cluster.client, [*blocking.read_workers(lab.cluster.client)]
    for data in GARBAGE:
        for stream in keys.READY_BY_PRIORITY.values():
            client.xadd(stream, {"r": data})
        for worker in workers:
            client.xadd(keys.wake(worker), {"run": data})
    for run_id in run_ids[:10]:
        _poison_inbox(lab, run_id)
    instances = {started["instance"] for started in _started(lab, run_ids)}
    published = [subjects.worker_replies(worker) + f".{number}" for worker in workers for number in range(40)]
    published += [subject(instance) for instance in instances for subject in (subjects.invoke, subjects.control)]
    asyncio.run(_publish(lab.cluster, [(subject, data, "") for subject in published for data in GARBAGE]))
    return time.monotonic()


POISON: Final = len(GARBAGE) * len(keys.READY_BY_PRIORITY)
"""Hints of ``corrupt_messages`` that cannot be read."""


def _poison_inbox(lab: Lab, run_id: str) -> None:
    """Put garbage into the inbox of a run as a broken program would, in the one way that is open: beside the function."""
    client = lab.cluster.client
    if client.hget(keys.meta(run_id), "status") == b"open" and client.hget(keys.meta(run_id), "owner"):
        number = int(client.hget(keys.meta(run_id), "inbox") or 0) + 1
        client.xadd(keys.inbox(run_id), {"c": b'{"command": "unheard of"}'}, id=f"{number}-0")
        client.hset(keys.meta(run_id), "inbox", number)
        client.xadd(keys.wake(client.hget(keys.meta(run_id), "owner").decode()), {"run": run_id})


def repeat_messages(lab: Lab, run_ids: list[str]) -> float:
    """Everything that was said is said again, twice and in another order: hints, requests, replies, wake-ups."""
    say_again(lab.cluster, 4.0)
    client = lab.cluster.client
    hints = [fields[b"r"] for stream in keys.READY_BY_PRIORITY.values() for _, fields in client.xrange(stream)]
    random.shuffle(hints)
    blocking.add_hints(client, hints + hints)
    for worker in blocking.read_workers(client):
        for run_id in run_ids:
            client.xadd(keys.wake(worker), {"run": run_id})
    return time.monotonic()


def say_again(cluster: Cluster, seconds: float) -> None:
    """Listen for some seconds to what engine and nodes say to each other, then repeat all of it in any order."""
    again = 2 * asyncio.run(_overhear(cluster, seconds))
    random.shuffle(again)
    asyncio.run(_publish(cluster, again))


async def _overhear(cluster: Cluster, seconds: float) -> list[tuple[str, bytes, str]]:
    """Return the requests and replies that pass in so many seconds: subject, payload, reply subject."""
    heard: list[tuple[str, bytes, str]] = []
    connection = await nats.connect(cluster.nats.url)

    async def note(message: Msg) -> None:
        heard.append((message.subject, message.data, message.reply))

    await connection.subscribe("agent.*.invoke.v1", cb=note)
    await connection.subscribe("engine.*.replies.v1.*", cb=note)
    await asyncio.sleep(seconds)
    await connection.close()
    return heard


async def _publish(cluster: Cluster, messages: list[tuple[str, bytes, str]]) -> None:
    connection = await nats.connect(cluster.nats.url)
    for subject, data, reply in messages:
        await connection.publish(subject, data, reply=reply)
    await connection.flush()
    await connection.close()


def _started(lab: Lab, run_ids: list[str]) -> list[dict[str, str]]:
    records = [
        msgspec.json.decode(entry.data)["event"]
        for run_id in run_ids
        for entry in blocking.read_log(lab.cluster.client, run_id)
    ]
    return [event for event in records if event["type"] == "step_started"]


def rolling_restart(lab: Lab, run_ids: list[str]) -> float:
    """All processes are stopped in good order and started again, one by one, while the workflows are edited and published."""
    cluster = lab.cluster
    for name in (*lab.workers, *lab.nodes, "web"):
        _edit(lab)
        assert cluster.terminate(name) in (0, -signal.SIGTERM), f"{name} did not stop in good order"
        lab.make_whole()
    return time.monotonic()


def _edit(lab: Lab) -> None:
    """Publish a new version of the line, as a draft's edit does; what goes on keeps the version it began with."""
    old = lab.cluster.published.versions["line"]
    newest = WorkflowVersion.objects.using(ALIAS).filter(workflow_id=old.workflow_id).order_by("-number")[0]
    graph = {**newest.graph, "nodes": [node for node in newest.graph["nodes"] if node["id"] != "left"]}
    graph["edges"] = [edge for edge in newest.graph["edges"] if "left" not in (edge["source"], edge["target"])]
    WorkflowVersion.objects.using(ALIAS).create(
        workflow_id=old.workflow_id, number=newest.number + 1, digest=f"sha256:{os.urandom(32).hex()}", graph=graph
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
    moment = time.monotonic()
    lab.make_whole()
    return moment


def kill_celery_child(lab: Lab, run_ids: list[str]) -> float:
    """The child that carries out a bulk operation dies in the middle of it."""
    cluster = lab.cluster
    cluster.start_jobs()
    bulk = lab.start_runs(counts={"parked": 200})
    wait_until(lambda: cluster.in_flight([*bulk]) == len(bulk), 60)
    answer = lab.post("runs/bulk", {"action": "cancel", "filter": {"ids": [*bulk]}, "reason": "Enough."})
    assert answer.status_code == 202, answer.text
    operation = answer.json()["id"]
    moment = time.monotonic()
    os.kill(cluster.pid_of_child("jobs"), signal.SIGKILL)
    wait_until(lambda: lab.get(f"bulk/{operation}").json()["status"] == "completed", 120)
    state = lab.get(f"bulk/{operation}").json()
    assert state["done"] + sum(state["refused"].values()) == len(bulk), state
    cluster.wait_until_ended([*bulk])
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
    Fault("SQLite locked", lock_database, RESTARTED_S),
    Fault("everything killed at once", kill_everything, RESTARTED_S),
    Fault("Celery child killed in a bulk operation", kill_celery_child, KILLED_S),
)
"""More of them, for ``make faults`` and ``make soak``."""
