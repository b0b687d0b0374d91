"""How long it takes to fan out over 100 calls and join them: as parallel branches, and as a map."""

import asyncio

from bench.cluster import Cluster
from bench.engine import lone_runs
from bench.figures import Figure, Size, latencies
from bench.processes import Stack
from bench.workload import FAN, create_version, fan_out, mapped

TARGET_MS = 25.0


def measure(stack: Stack, size: Size) -> list[Figure]:
    """Measure both, one run at a time."""
    cluster = Cluster(stack)
    kinds = {
        "branches": (f"{FAN} branches into a join", create_version(fan_out(), "fan-out")),
        "map": (f"Map over {FAN} items", create_version(mapped(FAN, FAN), "map")),
    }
    figures = []
    for key, (what, version) in kinds.items():
        asyncio.run(lone_runs(stack.redis_url, version, 3))
        times = asyncio.run(lone_runs(stack.redis_url, version, size.fan_outs))
        figures += latencies(key, what, times, TARGET_MS)
    cluster.close()
    return figures
