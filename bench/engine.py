"""Durable steps a second through the real engine, and how long a lone run takes."""

import asyncio
import time

import msgspec

from agentcluster.streams.tail import Tail
from bench.cluster import Cluster
from bench.figures import Figure, Size, latencies
from bench.processes import BenchError, Stack
from bench.workload import accept
from designer.domain.events import TERMINAL, Record
from designer.engine.submit import submit
from designer.models import WorkflowVersion

TARGET = {"always": 5000.0, "everysec": 6000.0}
LONE_MS = 10.0
_decoder = msgspec.json.Decoder(Record)


def measure(stack: Stack, size: Size) -> list[Figure]:
    """Measure ten-step runs: alone, then as many as there is room for."""
    cluster = Cluster(stack)
    lone = asyncio.run(lone_runs(stack.redis_url, cluster.version, size.lone_runs))
    cluster.throughput(0)
    steps, *cpu = cluster.throughput(size.seconds)
    cluster.close()
    target = TARGET[stack.appendfsync]
    return [
        Figure(steps.key, steps.what, steps.value, steps.unit, target),
        *latencies("lone", "Lone run of 10 steps", lone, LONE_MS),
        *cpu,
    ]


async def lone_runs(redis_url: str, version: WorkflowVersion, count: int) -> list[float]:
    """Return the ms of ``count`` runs, one at a time, from ``submit`` until a reader of the log has the terminal event."""
    tail = Tail(redis_url)
    found = []
    for _ in range(count):
        (request,) = await asyncio.to_thread(accept, version, 1)
        ended = asyncio.create_task(_until_end(tail, request.run_id))
        await asyncio.sleep(0.03)
        begin = time.perf_counter()
        await asyncio.to_thread(submit, [request])
        found.append(((await ended) - begin) * 1000)
    await tail.close()
    return found


async def _until_end(tail: Tail, run_id: str) -> float:
    async for entry in tail.watch(run_id):
        if isinstance(_decoder.decode(entry.data).event, TERMINAL):
            return time.perf_counter()
    raise BenchError("The run's log came to no end.")
