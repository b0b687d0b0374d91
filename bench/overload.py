"""Ten times what the system can do (features E1): it goes on at its best, refuses the rest in time, and stays small.

What it can do are runs that have ended, not starts that were let in: the time until the last one has ended counts.
"""

import resource
import time
from collections.abc import Coroutine
from typing import Final

import msgspec
import uvloop

from bench.cluster import Cluster
from bench.figures import Figure, Size
from bench.flood import CONNECTIONS, Flood, flood, post, press
from bench.processes import BenchError, Stack
from bench.starts import announce, start_web, unlimited
from bench.workload import INPUT, STEPS

TIMES: Final = 10
CLIENTS: Final = 50
"""As many as the entry takes at a time."""


def measure(stack: Stack, size: Size) -> list[Figure]:
    """Find the best pace of starts, then ask ten times as fast; counted is what was accepted and has ended."""
    _open_files()
    cluster = Cluster(stack)
    announce()
    unlimited()
    url, secret = start_web(stack)
    address = f"{url}/api/v1/workflows/{cluster.version.workflow_id}/runs"
    request = post(address, secret, msgspec.json.encode({"input": INPUT}))
    _ended(cluster, press(address, request, clients=CLIENTS, seconds=min(2.0, size.seconds)))
    web = stack.processes["web"]
    before = web.memory()

    def at_its_best() -> float:
        return _ended(cluster, press(address, request, clients=CLIENTS, seconds=size.seconds))[1]

    first = at_its_best()
    found, ended = _ended(cluster, flood(address, request, rate=TIMES * first, seconds=size.seconds))
    peak = web.memory()
    best = (first + at_its_best()) / 2  # before and after: the machine is not the same all the time
    cluster.close()
    _check(found)
    total = found.answers.total()
    late = sorted(found.late_s)[int(len(found.late_s) * 0.99)]
    return [
        Figure(
            "best_runs_per_s",
            f"Runs of {STEPS} steps started and ended, {CLIENTS} clients at their own pace",
            best,
            "/s",
        ),
        Figure("asked_per_s", "Starts asked for under overload", total / found.seconds, "/s"),
        Figure("ended_per_s", "Runs started and ended under overload", ended, "/s"),
        Figure("kept_share", "Of the best", 100 * ended / best, "%", 90.0),
        Figure("refused_share", "Answered 429", 100 * found.answers[429] / total, "%"),
        Figure("refused_p99_ms", "A refusal, p99", found.slowest_s(429) * 1000, "ms", 1000.0, "low"),
        Figure("late_p99_ms", "Of that, before the client had sent it, p99", late * 1000, "ms"),
        Figure("accepted_p99_ms", "An accepted start, p99", found.slowest_s(202) * 1000, "ms"),
        Figure("web_grown_mib", "Memory the web process grew by", (peak - before) / 2**20, "MiB", 256.0, "low"),
    ]


def _ended(cluster: Cluster, work: Coroutine[None, None, Flood]) -> tuple[Flood, float]:
    """Return what came of the starts, and how many of their runs a second went from the door to their end."""
    begin = time.perf_counter()
    found = uvloop.run(work)
    cluster.wait_below(1)
    return found, found.answers[202] / (time.perf_counter() - begin)


def _check(found: Flood) -> None:
    odd = {status: count for status, count in found.answers.items() if status not in (202, 429)}
    if odd or found.broken:
        raise BenchError(f"answers other than 202 and 429: {odd}, {found.broken} broken; {found.bodies}")


def _open_files() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4 * CONNECTIONS) if most > 0 else 4 * CONNECTIONS, most))
