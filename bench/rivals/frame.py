"""What every rival is measured by: run after run alone, then the number at a time that suits it best. Standard library only."""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any

STEPS = 10
INPUT = {"order": "A-1001", "customer": "c-77", "amount": 129.5, "items": ["sku-1", "sku-2", "sku-3"]}
AT_ONCE = (1, 8, 32, 100, 400)
TRIAL = 0.2
"""Each number at a time is tried for this part of the time that the best one is then measured for."""

Run = Callable[[int], Awaitable[Any]]
"""Does the ten steps of the run of this number; returns when it has ended."""


def options() -> argparse.Namespace:
    """Return what the caller wants: how long, and where the rival may keep things or finds its server."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--lone-runs", type=int, default=50)
    parser.add_argument("--home", default=".")
    parser.add_argument("--server", default="")
    return parser.parse_args()


async def measure(run: Run, given: argparse.Namespace, *packages: str) -> None:
    """Measure and print one line of JSON; ``packages`` are named with their versions."""
    numbers = iter(range(1, 10**9))
    for _ in range(5):
        await run(next(numbers))
    lone = []
    for _ in range(given.lone_runs):
        begin = time.perf_counter()
        await run(next(numbers))
        lone.append((time.perf_counter() - begin) * 1000)
    rates = {}
    for at_once in AT_ONCE:
        done, seconds = await _throughput(run, numbers, at_once, given.seconds * TRIAL)
        rates[at_once] = done / seconds
    best = max(rates, key=lambda at_once: rates[at_once])
    done, seconds = await _throughput(run, numbers, best, given.seconds)
    versions = {package: version(package) for package in packages}
    found = {"steps": done * STEPS, "seconds": seconds, "lone": lone, "at_once": best, "versions": versions}
    print(json.dumps(found), flush=True)


async def _throughput(run: Run, numbers: Any, at_once: int, seconds: float) -> tuple[int, float]:
    """Keep ``at_once`` runs going for ``seconds``; return how many ended and how long it took until the last one had."""
    begin, done = time.perf_counter(), 0

    async def keep_going() -> None:
        nonlocal done
        while time.perf_counter() - begin < seconds:
            await run(next(numbers))
            done += 1

    await asyncio.gather(*(keep_going() for _ in range(at_once)))
    return done, time.perf_counter() - begin
