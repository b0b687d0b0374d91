"""One instance five times slower than its four sisters: how much the calls feel of it, beside a fleet without it."""

import statistics
import time
from typing import Final

import msgspec

from agentcluster.streams.blocking import iterate_log
from agentcluster.streams.tasks import read_consumers
from bench.cluster import Cluster
from bench.figures import Figure, Size
from bench.processes import Stack
from bench.workload import PAUSE, accept, create_version, paced
from designer.domain.events import Record, StepCompleted, StepStarted

SISTERS: Final = 4
SLOWER: Final = 5.0
PAUSE_S: Final = 0.05
CONCURRENCY: Final = 20
"""Calls that are wanted at a time, five for each instance of the fleet without the slow one."""
CALLS_PER_S: Final = 80
TARGET: Final = 1.5
_decoder: Final = msgspec.json.Decoder(Record)


def measure(stack: Stack, size: Size) -> list[Figure]:
    """Measure four sisters alone, then with the slow one beside them, at the same load."""
    cluster = Cluster(stack)
    for number in range(SISTERS):
        _start(stack, f"sister-{number}", "1")
    calls = max(200, int(size.seconds * CALLS_PER_S))
    without, _ = _calls(cluster, calls, "without")
    _start(stack, "slow", str(SLOWER))
    with_it, hosts = _calls(cluster, calls, "with")
    cluster.close()
    slow = min(hosts.values()) if len(hosts) > SISTERS else 0
    before, after = _p95(without), _p95(with_it)
    return [
        Figure("without_p95_ms", f"Four instances, a call of {PAUSE_S * 1000:.0f} ms, p95", before, "ms"),
        Figure("with_p95_ms", f"A fifth, {SLOWER:.0f} times slower, beside them, p95", after, "ms"),
        Figure("ratio", "p95 with it ÷ without", after / before, "×", TARGET, "low"),
        Figure("slow_share", "Calls that went to the slow one", 100 * slow / len(with_it), "%"),
        Figure("calls", "Calls measured, each time", calls, ""),
    ]


def _start(stack: Stack, name: str, slower: str) -> None:
    stack.python(name, "-m", "bench.pausing", BENCH_SLOWER=slower)


def _calls(cluster: Cluster, count: int, name: str) -> tuple[list[float], dict[str, int]]:
    """Return the ms of each call, from when it could have started until its result was recorded; and calls by instance."""
    version = create_version(paced(count, CONCURRENCY, PAUSE_S), name)
    # All nodes are in sight, and each instance has a consumer, before the calls that count.
    time.sleep(6)
    cluster.run(accept(create_version(paced(100, CONCURRENCY, PAUSE_S), f"{name}-warm"), 1))
    (request,) = accept(version, 1)
    cluster.run([request])
    assert read_consumers(cluster.client, PAUSE)
    begun: dict[str, int] = {}
    took: list[float] = []
    hosts: dict[str, int] = {}
    for entry in iterate_log(cluster.client, request.run_id):
        record = _decoder.decode(entry.data)
        if isinstance(record.event, StepStarted):
            begun[record.event.step] = record.event.ready_at
            hosts[record.event.instance] = hosts.get(record.event.instance, 0) + 1
        elif isinstance(record.event, StepCompleted) and record.event.step in begun:
            took.append(record.at - begun[record.event.step])
    return took, hosts


def _p95(took: list[float]) -> float:
    return statistics.quantiles(took, n=100, method="inclusive")[94]
