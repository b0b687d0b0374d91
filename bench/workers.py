"""Two engine workers against one; with too few cores for both, what would bind where there are more."""

import os

from bench.cluster import Cluster, value_of
from bench.figures import STEPS_PER_S, Figure, Size
from bench.processes import Stack

CORES_NEEDED = 6
"""Two workers, two nodes, Valkey and nats-server."""
TARGET = 1.7


def measure(stack: Stack, size: Size) -> list[Figure]:
    """Measure one worker, then two of each, and work out from CPU seconds how far one of each would go on free cores."""
    cluster = Cluster(stack)
    cluster.throughput(0)
    one = cluster.throughput(size.seconds)
    cluster.start_worker("worker-2")
    cluster.start_node("node-2")
    cluster.throughput(0)
    two = cluster.throughput(size.seconds)
    cluster.close()
    cpu = {name: value_of(one, f"cpu_{name}") for name in ("worker", "node", "valkey", "nats")}
    binds = max(("valkey", "nats"), key=lambda name: cpu[name])
    room = cpu["worker"] / cpu[binds]
    enough = (os.cpu_count() or 1) >= CORES_NEEDED
    ratio = value_of(two, STEPS_PER_S) / value_of(one, STEPS_PER_S)
    return [
        Figure("one_steps_per_s", "One worker", value_of(one, STEPS_PER_S), "/s"),
        Figure("two_steps_per_s", "Two workers", value_of(two, STEPS_PER_S), "/s"),
        Figure("ratio", "Two workers ÷ one, here", ratio, "×", TARGET if enough else None),
        Figure("estimate", "Two workers ÷ one, by CPU on free cores", min(2.0, room), "×", TARGET),
        Figure("workers_bound", f"Workers that fill {binds}'s one thread", room, ""),
        *(Figure(f"cpu_{name}", f"CPU of {name} per 1,000 steps", used, "ms") for name, used in cpu.items()),
    ]
