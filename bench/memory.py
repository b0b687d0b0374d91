"""What a run costs while it is held: parked at an approval in Redis, and in flight in an engine worker's memory."""

import time
from collections.abc import Sequence

from agentcluster.streams import keys
from agentcluster.streams.figures import memory
from bench.cluster import WAVE, Cluster
from bench.figures import Figure, Size
from bench.processes import BenchError, Stack
from bench.workload import accept, approval, create_version, projected, slow_step
from designer.engine.request import RunRequest
from designer.engine.submit import submit
from designer.models import WorkflowVersion

PARKED_REDIS = 2048.0
IN_FLIGHT = 15 * 1024.0
SETTLE_S = 1.5


def parked(stack: Stack, size: Size) -> list[Figure]:
    """Let runs wait for an approval; what is measured of the worker is by how much it grew after as many before."""
    cluster = Cluster(stack, ENGINE_MAX_RUNS="1000")
    version = create_version(approval(), "approval")
    # The heap grows for a while whatever is parked, and then no more: what is parked is not in it.
    # The node's ledger of finished calls is no cost of parking: it is gone an hour after the call.
    _park(cluster, version, size.parked)
    redis_before, worker_before = memory(cluster.client).used, stack.processes["worker"].memory()
    calls_before = _ledger(cluster)
    submitted = _park(cluster, version, size.parked)
    time.sleep(SETTLE_S)
    grown = memory(cluster.client).used - redis_before - (_ledger(cluster) - calls_before)
    worker = stack.processes["worker"].memory() - worker_before
    stack.wait(lambda: projected(submitted) == {"waiting": size.parked}, "The projection")
    cluster.close()
    return [
        Figure("redis_bytes", "Redis per parked run", grown / size.parked, "B", PARKED_REDIS, "low"),
        Figure("worker_bytes", "Worker memory per parked run", max(0, worker) / size.parked, "B"),
        Figure("parked", "Parked runs", size.parked, ""),
    ]


def _park(cluster: Cluster, version: WorkflowVersion, count: int) -> list[RunRequest]:
    """Park runs, a wave or so in memory at a time."""
    submitted: list[RunRequest] = []
    while len(submitted) < count:
        wave = accept(version, min(WAVE, count - len(submitted)))
        submit(wave)
        submitted += wave
        cluster.wait_below(WAVE // 2, 0.02)
    cluster.wait_below(1, 0.05)
    return submitted


def _ledger(cluster: Cluster) -> int:
    """Return the bytes of the call ledger, from a sample of its entries."""
    found = list(cluster.client.scan_iter(match=keys.call("*"), count=1000))
    if not found:
        return 0
    sample = found[:: max(1, len(found) // 50)]
    sizes = [int(cluster.client.memory_usage(key) or 0) for key in sample]
    return int(sum(sizes) / len(sizes) * len(found))


def in_flight(stack: Stack, size: Size) -> list[Figure]:
    """Hold runs in a slow step; what is measured is by how much the worker grew from a few to all of them."""
    cluster = Cluster(stack, ENGINE_MAX_RUNS=str(size.in_flight + WAVE))
    stack.python("pausing", "-m", "bench.pausing")
    version = create_version(slow_step(30.0), "slow-30")
    _begin(cluster, accept(version, 20))
    worker = stack.processes["worker"]
    before = worker.memory()
    _begin(cluster, accept(version, size.in_flight))
    time.sleep(SETTLE_S)
    grown = worker.memory() - before
    cluster.close()
    return [
        Figure("worker_bytes", "Worker memory per run in flight", grown / size.in_flight, "B", IN_FLIGHT, "low"),
        Figure("in_flight", "Runs in flight", size.in_flight, ""),
    ]


def _begin(cluster: Cluster, requests: Sequence[RunRequest]) -> None:
    """Start runs and wait until the node works on the step of each."""
    submit(requests)
    names = [keys.call(f"{request.run_id}/slow/1") for request in requests]
    deadline = time.monotonic() + 25
    while time.monotonic() < deadline:
        if cluster.client.exists(*names) == len(names):
            return
        time.sleep(0.05)
    raise BenchError("The runs did not begin in time.")
