"""A stack with a node and engine workers at work, and what measurements do with it: start runs, wait, look."""

import time
from collections.abc import Sequence

from django.core.management import call_command

from agentcluster.streams import keys
from agentcluster.streams.connections import sync_client
from agentcluster.up.processes import ENGINE
from bench.figures import STEPS_PER_S, Figure
from bench.processes import BenchError, Stack
from bench.workload import AGENT, STEPS, accept, create_version, projected
from designer.engine.request import RunRequest
from designer.engine.submit import submit
from designer.models import WorkflowVersion

WAVE = 500


class Cluster:
    """One node, one engine worker and the database on ``stack``, warm; ``version`` is the workflow of ten steps."""

    def __init__(self, stack: Stack, **environment: str) -> None:
        """Start everything; ``environment`` is that of the engine workers."""
        call_command("migrate", verbosity=0)
        self.stack, self._environment = stack, environment
        self.client = sync_client(stack.redis_url)
        self.version = create_version()
        self._streams = [*keys.READY_BY_PRIORITY.values()]
        self.start_node()
        self.start_worker("worker")
        self.run(accept(self.version, 20))

    def start_node(self, name: str = "node") -> None:
        self.stack.python(name, "manage.py", "runnode", "--name", f"bench-{name}", "--agents", AGENT)

    def start_worker(self, name: str) -> None:
        """Start an engine worker and wait until it is known."""
        known = int(self.client.hlen(keys.WORKERS))
        command = [part.replace("engine@", f"{name}@") for part in ENGINE]
        self.stack.python(name, *command, **self._environment)
        self.stack.wait(lambda: self.client.hlen(keys.WORKERS) > known, "The engine's start")

    def run(self, requests: Sequence[RunRequest]) -> None:
        """Let runs end, or be parked."""
        submit(requests)
        self.wait_below(1)

    def left(self) -> int:
        """Return how many runs are queued or in memory; a hint leaves its stream when its run ends or is parked."""
        return sum(int(self.client.xlen(stream)) for stream in self._streams)

    def wait_below(self, limit: int, pause_s: float = 0.01) -> None:
        """Wait until fewer than ``limit`` runs are left."""
        while self.left() >= limit:
            for process in self.stack.processes.values():
                process.check()
            time.sleep(pause_s)

    def throughput(self, seconds: float, version: WorkflowVersion | None = None, steps: int = STEPS) -> list[Figure]:
        """Accept and submit waves until ``seconds`` have passed, the next one as soon as less than a wave is left.

        Counted is from the first row to the last end. Gives steps a second and CPU seconds a 1,000 steps by process.
        """
        version, submitted = version or self.version, list[RunRequest]()
        before, begin = self.stack.cpu_s(), time.perf_counter()
        while not submitted or time.perf_counter() - begin < seconds:
            wave = accept(version, WAVE)
            submit(wave)
            submitted += wave
            self.wait_below(WAVE)
        self.wait_below(1)
        elapsed, done = time.perf_counter() - begin, len(submitted)
        used = {name: after - before.get(name, 0) for name, after in self.stack.cpu_s().items()}
        self.stack.wait(lambda: projected(submitted) == {"completed": done}, "The projection")
        return [
            Figure(STEPS_PER_S, "Agent steps", done * steps / elapsed, "/s"),
            *(
                Figure(f"cpu_{name}", f"CPU of {name} per 1,000 steps", cpu * 1e6 / (done * steps), "ms")
                for name, cpu in used.items()
            ),
        ]

    def close(self) -> None:
        """Disconnect; the stack is stopped by whoever made it."""
        self.client.close()


def value_of(figures: Sequence[Figure], key: str) -> float:
    """Return the value of a figure by its key."""
    for figure in figures:
        if figure.key == key:
            return figure.value
    raise BenchError(f"There is no figure {key}.")
