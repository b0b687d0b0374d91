"""What an event costs the engine worker in runs of 10 to 10,000 events: flat, or dearer the longer a run is."""

import time

from bench.cluster import Cluster
from bench.figures import Figure, Size
from bench.processes import Stack
from bench.workload import accept, create_version, mapped

EVENTS_AROUND = 6
FLAT = 1.2
AT_ONCE = 1000
"""Calls in flight, whatever the runs' length: how much travels together matters more than anything else."""


def measure(stack: Stack, size: Size) -> list[Figure]:
    """Make about ``size.events`` events each time: in many short runs, then in ever fewer and longer ones."""
    cluster = Cluster(stack)
    cluster.throughput(0)
    figures, cost = [], {}
    for events in (10, 100, 1000, 10_000):
        if events > size.events:
            break
        count, items = size.events // events, max(1, (events - EVENTS_AROUND) // 3)
        version = create_version(mapped(items, max(1, min(items, AT_ONCE // count))), f"map-{items}")
        cluster.run(accept(version, 1))
        cpu, wall, made = 0.0, 0.0, 0
        for _ in range(3):
            requests = accept(version, count)
            before, begin = stack.processes["worker"].cpu_s(), time.perf_counter()
            cluster.run(requests)
            cpu += stack.processes["worker"].cpu_s() - before
            wall += time.perf_counter() - begin
            made += count * (items * 3 + EVENTS_AROUND)
        cost[events] = cpu / made * 1e6
        figures += [
            Figure(f"cpu_us_{events}", f"Worker CPU per event, runs of {events:,}", cost[events], "µs"),
            Figure(f"wall_us_{events}", f"Time per event, runs of {events:,}", wall / made * 1e6, "µs"),
        ]
    cluster.close()
    longest = max(cost)
    return [
        *figures,
        Figure("longest_ratio", f"Runs of {longest:,} against 100, CPU", cost[longest] / cost[100], "×", FLAT, "low"),
    ]
