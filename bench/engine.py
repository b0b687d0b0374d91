"""Durable steps a second through the real engine, and how long a lone run takes."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from django.core.management import call_command

from agentcluster.streams import keys
from agentcluster.streams.connections import SyncClient, sync_client
from agentcluster.streams.tail import Tail
from agentcluster.up.processes import ENGINE
from bench.processes import BenchError, Stack
from bench.workload import AGENT, STEPS, accept, create_version, projected
from designer.domain.events import TERMINAL, Record
from designer.engine.request import RunRequest
from designer.engine.submit import submit
from designer.models import WorkflowVersion

WAVE = 500
_decoder = msgspec.json.Decoder(Record)


@dataclass(frozen=True)
class Figures:
    """What was measured; latencies in ms, CPU in seconds per 1,000 steps by process."""

    steps: int
    seconds: float
    latencies: tuple[float, ...] = ()
    cpu: dict[str, float] | None = None

    @property
    def steps_per_s(self) -> float:
        return self.steps / self.seconds

    def percentile(self, percent: int) -> float:
        return statistics.quantiles(self.latencies, n=100, method="inclusive")[percent - 1]


def measure(stack: Stack, seconds: float, lone_runs: int) -> Figures:
    """Start a node and an engine worker on ``stack`` and measure both figures."""
    call_command("migrate", verbosity=0)
    version = create_version()
    client = sync_client(stack.redis_url)
    stack.python("node", "manage.py", "runnode", "--name", "bench", "--agents", AGENT)
    stack.python("worker", *ENGINE)
    stack.wait(lambda: client.hlen(keys.WORKERS) > 0, "The engine's start")
    _finish(stack, client, accept(version, 20))
    latencies = asyncio.run(_lone_runs(stack.redis_url, version, lone_runs))
    figures = _throughput(stack, client, version, seconds)
    client.close()
    return Figures(figures.steps, figures.seconds, tuple(latencies), figures.cpu)


def _throughput(stack: Stack, client: SyncClient, version: WorkflowVersion, seconds: float) -> Figures:
    """Accept and submit waves until ``seconds`` have passed, the next one as soon as less than a wave is left.

    Counted is from the first row to the last end.
    """
    _finish(stack, client, accept(version, WAVE))
    submitted: list[RunRequest] = []
    before, begin = stack.cpu_s(), time.perf_counter()
    while time.perf_counter() - begin < seconds:
        wave = accept(version, WAVE)
        submit(wave)
        submitted += wave
        _wait_below(stack, client, WAVE)
    _wait_below(stack, client, 1)
    elapsed, done = time.perf_counter() - begin, len(submitted)
    cpu = {name: (after - before[name]) / (done * STEPS / 1000) for name, after in stack.cpu_s().items()}
    stack.wait(lambda: projected(submitted) == {"completed": done}, "The projection")
    return Figures(done * STEPS, elapsed, cpu=cpu)


def _wait_below(stack: Stack, client: SyncClient, limit: int) -> None:
    """Wait until fewer than ``limit`` runs are queued or in work; an entry leaves the stream when its run has ended."""
    while client.xlen(keys.READY) >= limit:
        stack.processes["worker"].check()
        stack.processes["node"].check()
        time.sleep(0.01)


def _finish(stack: Stack, client: SyncClient, requests: Sequence[RunRequest]) -> None:
    submit(requests)
    stack.wait(lambda: client.xlen(keys.READY) == 0, "Warming up")


async def _lone_runs(redis_url: str, version: WorkflowVersion, count: int) -> list[float]:
    tail = Tail(redis_url)
    latencies = []
    for _ in range(count):
        (request,) = await asyncio.to_thread(accept, version, 1)
        ended = asyncio.create_task(_until_end(tail, request.run_id))
        await asyncio.sleep(0.03)
        begin = time.perf_counter()
        await asyncio.to_thread(submit, [request])
        latencies.append(((await ended) - begin) * 1000)
    await tail.close()
    return latencies


async def _until_end(tail: Tail, run_id: str) -> float:
    async for entry in tail.watch(run_id):
        if isinstance(_decoder.decode(entry.data).event, TERMINAL):
            return time.perf_counter()
    raise BenchError("The run's log came to no end.")
