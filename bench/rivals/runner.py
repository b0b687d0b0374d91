"""Runs one rival in its own environment and reads what it measured."""

import os
import subprocess
from contextlib import ExitStack

import msgspec

from agentcluster.up import embedded
from bench.figures import STEPS_PER_S, Figure, Size, latencies
from bench.processes import BenchError, Stack
from bench.rivals.installed import PYTHON, RESTATE, ROOT, TEMPORAL
from bench.rivals.postgres import DurablePostgres

SCRIPTS = {
    "dbos": "dbos_steps",
    "temporal": "temporal_steps",
    "restate": "restate_steps",
    "langgraph-sqlite": "langgraph_steps",
    "langgraph-postgres": "langgraph_steps",
}
ON_POSTGRES = ("dbos", "langgraph-postgres")


class _Found(msgspec.Struct):
    steps: int
    seconds: float
    lone: list[float]
    at_once: int
    versions: dict[str, str]


def measure(stack: Stack, size: Size) -> list[Figure]:
    """Measure the rival that ``stack`` is named after; Valkey and NATS are not needed, so they end first."""
    stack.stop()
    with ExitStack() as ending:
        server = ""
        if stack.name in ON_POSTGRES:
            postgres = DurablePostgres()
            ending.callback(postgres.remove)
            server = postgres.url
        elif stack.name == "temporal":
            server = f"{TEMPORAL}:{embedded.free_port()}"
        elif stack.name == "restate":
            server = str(RESTATE)
        found = _run(stack, size, server)
    versions = ", ".join(f"{package} {number}" for package, number in found.versions.items())
    return [
        Figure(STEPS_PER_S, f"Steps ({versions})", found.steps / found.seconds, "/s"),
        *latencies("lone", "Lone run of 10 steps", found.lone),
        Figure("at_once", "Runs at a time, which suited it best", found.at_once, ""),
    ]


def _run(stack: Stack, size: Size, server: str) -> _Found:
    command = [str(PYTHON), "-m", f"bench.rivals.{SCRIPTS[stack.name]}", "--home", str(stack.home), "--server", server]
    command += ["--seconds", str(size.seconds), "--lone-runs", str(size.lone_runs)]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": str(stack.home), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120 + 10 * size.seconds,
        check=False,
    )
    if done.returncode:
        raise BenchError(f"{stack.name} ended with code {done.returncode}:\n{done.stdout[-1000:]}{done.stderr[-3000:]}")
    return msgspec.json.decode(done.stdout.splitlines()[-1], type=_Found)
