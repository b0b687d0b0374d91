"""The same work as Celery does it: chains of ten tasks on the same Valkey and the same cores."""

import importlib
import os
import time

from agentcluster.streams.connections import SyncClient, sync_client
from bench.figures import STEPS_PER_S, Figure, Size, latencies
from bench.processes import Stack
from bench.workload import INPUT, STEPS

WAVE = 100


def measure(stack: Stack, size: Size) -> list[Figure]:
    """Start a Celery worker with two processes and measure chained tasks a second."""
    os.environ["REDIS_URL"] = stack.redis_url
    app = importlib.import_module("bench.chain_app")
    client = sync_client(stack.redis_url)
    celery = ("-m", "celery", "-A", "bench.chain_app", "-q", "worker", "-Q", "chain", "-c", "2")
    stack.python("celery", *celery, "--without-gossip", "--without-mingle", "--without-heartbeat")
    chain = app.step.s(INPUT)
    for _ in range(STEPS - 2):
        chain |= app.step.s()
    chain |= app.last.s()
    for _ in range(20):
        chain.apply_async()
    stack.wait(lambda: _ended(client) == 20, "Celery's start")
    lone = []
    for number in range(size.lone_runs):
        begin = time.perf_counter()
        chain.apply_async()
        while _ended(client) < 21 + number:
            time.sleep(0.0005)
        lone.append((time.perf_counter() - begin) * 1000)
    begin, sent, before = time.perf_counter(), 0, _ended(client)
    while time.perf_counter() - begin < size.seconds:
        for _ in range(WAVE):
            chain.apply_async()
        sent += WAVE
        _wait_below(stack, client, before + sent, WAVE)
    _wait_below(stack, client, before + sent, 1)
    elapsed = time.perf_counter() - begin
    client.close()
    return [
        Figure(STEPS_PER_S, "Tasks", sent * STEPS / elapsed, "/s"),
        *latencies("lone", "Lone chain of 10 tasks", lone),
    ]


def _ended(client: SyncClient) -> int:
    return int(client.get("chains") or 0)


def _wait_below(stack: Stack, client: SyncClient, sent: int, limit: int) -> None:
    while sent - _ended(client) >= limit:
        stack.processes["celery"].check()
        time.sleep(0.01)
