"""``python -m bench.profile [--seconds N] [--write-docs] [--lines]``: where a step's CPU time goes, by process and work.

A sampling profiler (py-spy, installed by ``make bench-rivals``) looks into the engine worker and the node while ten-step
runs go through them; its shares are scaled by the CPU seconds the kernel counts. Valkey and nats-server are counted whole.
"""

import argparse
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from bench.__main__ import DOCS, use
from bench.processes import BenchError, Process, Stack
from bench.report import markdown, put_between
from bench.rivals.installed import HOW, PYTHON

BEGIN, END = "<!-- profile: begin -->", "<!-- profile: end -->"
PY_SPY: Final = PYTHON.parent / "py-spy"
RATE: Final = 400
PROGRAMS: Final = {"worker": "engine worker", "node": "node"}
GROUPS: Final = (
    ("Fold and decide (the run as a state machine, CEL)", ("designer/domain/",)),
    ("Encode, number and hash events", ("engine/journal.py", "streams/entries.py")),
    ("Rows for SQL", ("engine/projection.py", "engine/projector.py", "engine/open_approvals.py", "/django/db/", "sqlite3")),
    ("Call ledger", ("node/ledger.py",)),
    ("Redis: pipeline, replies", ("agentcluster/streams/", "/redis/", "/hiredis/")),
    ("NATS: send, parse, envelopes", ("agentcluster/messaging/", "/nats/", "agentcluster/ids.py", "agentcluster/clock.py")),
    ("Calls: place, send, settle", ("engine/dispatch.py", "engine/doubts.py", "engine/flights.py", "engine/starts.py",
                                   "engine/capacity.py", "engine/queues.py", "engine/criteria.py", "agents/cluster/",
                                   "agents/domain/")),
    ("The agent", ("agents/tools/",)),
    ("Calls: admit, run, answer", ("agents/node/",)),
    ("Drive runs", ("designer/engine/",)),
    ("Event loop and the rest", ("",)),
)  # fmt: skip
"""A sample counts for the innermost frame that is in one of these files, the first group that has it."""

Stacks = Counter[tuple[str, ...]]


def main() -> None:
    """Profile, print the table, write it into docs/performance.md when asked to."""
    parser = argparse.ArgumentParser(prog="python -m bench.profile", description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--write-docs", action="store_true", help="put the table into docs/performance.md")
    parser.add_argument("--lines", action="store_true", help="print the functions that take longest, too")
    given = parser.parse_args()
    if not PY_SPY.exists():
        raise SystemExit(f"py-spy is not installed: {HOW}.")
    with tempfile.TemporaryDirectory(prefix="agentcluster-profile-") as folder:
        stack = Stack(Path(folder), appendfsync="always")
        try:
            use(stack)
            stacks, cpu = profile(stack, given.seconds)
        finally:
            stack.stop()
    rows = table(stacks, cpu)
    _print(rows, stacks, lines=given.lines)
    if given.write_docs:
        headings = ("process", "work", "µs a step", "share")
        put_between(DOCS, BEGIN, END, markdown(headings, rows))


def profile(stack: Stack, seconds: float) -> tuple[dict[str, Stacks], dict[str, float]]:
    """Return the sampled stacks by process, and CPU µs per step by process, measured without the profiler."""
    from bench.cluster import Cluster, value_of

    cluster = Cluster(stack)
    cluster.throughput(0)
    figures = cluster.throughput(seconds)
    cpu = {name: value_of(figures, f"cpu_{name}") for name in ("worker", "node", "valkey", "nats")}
    samplers = {name: Sampler(stack.processes[name], stack.home / f"{name}.stacks", seconds) for name in PROGRAMS}
    cluster.throughput(seconds + 1)
    found = {name: sampler.stacks() for name, sampler in samplers.items()}
    cluster.close()
    return found, cpu


class Sampler:
    """py-spy at work on one process."""

    def __init__(self, process: Process, output: Path, seconds: float) -> None:
        self._output = output
        command = [str(PY_SPY), "record", "--pid", str(process.pid), "--rate", str(RATE), "--format", "raw"]
        command += [
            "--duration",
            str(max(1, int(seconds))),
            "--full-filenames",
            "--output",
            str(output),
            "--nonblocking",
        ]
        self._process = subprocess.Popen(
            command, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )

    def stacks(self) -> Stacks:
        """Return how often each stack was seen, the outermost frame first."""
        said, _ = self._process.communicate(timeout=120)
        if self._process.returncode or not self._output.exists():
            raise BenchError(f"py-spy failed: {said.decode()[-500:]}")
        found: Stacks = Counter()
        for line in self._output.read_text().splitlines():
            frames, _, count = line.rpartition(" ")
            found[tuple(frames.split(";"))] += int(count)
        return found


def table(stacks: dict[str, Stacks], cpu: dict[str, float]) -> list[tuple[str, str, str, str]]:
    """Return the rows: process, kind of work, µs a step, share of the process."""
    rows = []
    for name, program in PROGRAMS.items():
        kinds = Counter[str]()
        for frames, count in stacks[name].items():
            kinds[kind_of(frames)] += count
        total = kinds.total() or 1
        for number, (kind, count) in enumerate(kinds.most_common()):
            share = count / total
            rows.append(("" if number else program, kind, f"{cpu[name] * share:.1f}", f"{share:.0%}"))
        rows.append(("", "together", f"{cpu[name]:.1f}", ""))
    rows += [(program, "", f"{cpu[name]:.1f}", "") for name, program in (("valkey", "Valkey"), ("nats", "nats-server"))]
    return rows


def kind_of(frames: Iterable[str]) -> str:
    """Return what work a stack is about."""
    for frame in reversed([*frames]):
        for kind, places in GROUPS[:-1]:
            if any(place in frame for place in places):
                return kind
    return GROUPS[-1][0]


def _print(rows: list[tuple[str, str, str, str]], stacks: dict[str, Stacks], *, lines: bool) -> None:
    console, shown = Console(), Table(title="CPU of a step, AOF always")
    for heading in ("process", "work", "µs a step", "share"):
        shown.add_column(heading, justify="right" if heading in ("µs a step", "share") else "left")
    for row in rows:
        shown.add_row(*row)
    console.print(shown)
    for name in PROGRAMS if lines else ():
        total, own, inside = stacks[name].total() or 1, Counter[str](), Counter[str]()
        for frames, count in stacks[name].items():
            functions = [frame.rpartition(":")[0] for frame in frames]
            own[functions[-1]] += count
            inside.update(dict.fromkeys({*functions}, count))
        for title, counted in (("own", own), ("with what it calls", inside)):
            print(f"\n{PROGRAMS[name]}, {title}")
            for function, count in counted.most_common(45):
                print(f"{count / total:6.1%}  {function}")


if __name__ == "__main__":
    main()
