"""The worker process: imports its agents once, then runs one call at a time until the node goes away."""

import asyncio
import contextlib
import inspect
import os
import queue
import resource
import signal
import socket
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.clock import monotonic
from agents.domain.manifest import Manifest, ResourceLimits, identity
from agents.domain.schema_check import check
from agents.node import output
from agents.node.claims import ClaimError, read_input
from agents.node.failures import from_exception, of_schema
from agents.node.instance_log import TEXT_MAX, Stream
from agents.node.own_files import OwnFiles
from agents.node.speaking import listen, speaking
from agents.node.workers.frames import Beat, Job, Ready, Result, Setup, pack, read_blocking
from agents.tools import CallContext, resolve
from agents.tools.context import progress_json

MIB: Final = 1024 * 1024
ADDRESS_SLACK_MIB: Final = 1024
"""Address space beyond the limit: libraries reserve far more than they use. Use itself is watched by the node."""
BEAT_EVERY_S: Final = 0.02
"""Signs of life that follow each other faster are not passed on."""
SAID_MAX: Final = 100
"""Lines of a job that go into the log of its instance; all are in the node's own."""

Agents = dict[str, tuple[Manifest, Callable[..., Any]]]


def main(connection: socket.socket) -> None:
    """Serve until the other end closes."""
    setup = read_blocking(connection)
    if not isinstance(setup, Setup):
        return
    agents = {identity(manifest): (manifest, resolve(manifest.entry_point)) for manifest in setup.manifests}
    jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(connection, jobs), daemon=True).start()
    listen()
    with contextlib.suppress(OSError):
        connection.sendall(pack(Ready()))
        signs = Signs(connection)
        while True:
            said = Said()
            with speaking(said.take):
                result = run(agents, jobs.get(), signs.beat)
            signs.send(msgspec.structs.replace(result, said=tuple(said.lines)))


class Said:
    """What is logged during a job, as much as goes with its result."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.lines: list[tuple[Stream, str]] = []

    def take(self, stream: Stream, text: str) -> None:
        """Keep a line while there is room."""
        if len(self.lines) < SAID_MAX:
            self.lines.append((stream, text[:TEXT_MAX]))


class Signs:
    """The way to the node, shared by the job and whatever threads its agent has started."""

    def __init__(self, connection: socket.socket) -> None:
        """Write to ``connection``."""
        self._connection = connection
        self._lock = threading.Lock()
        self._last_s = 0.0

    def send(self, result: Result) -> None:
        """Send the result of a job."""
        with self._lock:
            self._connection.sendall(pack(result))

    def beat(self, progress: Any) -> None:
        """Pass on a sign of life, unless there was one just now."""
        now = monotonic()
        with self._lock:
            if now - self._last_s >= BEAT_EVERY_S:
                self._last_s = now
                self._connection.sendall(pack(Beat(progress_json(progress))))


def run(agents: Agents, job: Job, report: Callable[[Any], None]) -> Result:
    """Do the job, whatever happens in it; ``report`` takes its agent's signs of life."""
    started_s = monotonic()
    manifest, function = agents[job.identity]
    try:
        _limit(manifest.limits)
        prepared, kept = _call(manifest, function, job, report)
    except Exception as error:
        return Result(b"", from_exception(error, job.call_id), True, started_s)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.getrlimit(resource.RLIMIT_AS)[1]))
    if isinstance(prepared, msgspec.Raw):
        return Result(bytes(prepared), None, kept, started_s)
    return Result(b"", prepared, kept, started_s)


def _call(
    manifest: Manifest, function: Callable[..., Any], job: Job, report: Callable[[Any], None]
) -> tuple[output.Prepared, bool]:
    try:
        given = read_input(manifest.intent.input, job.input)
    except ClaimError as error:
        return error.error, False
    problems = check(manifest.intent.input, given)
    if problems:
        return of_schema(problems, code="invalid_input", what="The input"), False
    context = CallContext(
        job.call_id, job.idempotency_key, job.deadline_s, job.cancel_file, trace_id=job.trace_id, report=report
    )
    with artifacts.noting() as stored:
        returned = function(given, context)
        if inspect.iscoroutine(returned):
            returned = asyncio.run(returned)
    try:
        data = output.encode(returned)
    except output.InvalidOutputError as error:
        return error.error, True
    foreign = OwnFiles(job.input, given, stored=stored).refuse(data)
    return foreign or output.finish(manifest.intent.output, returned, data), True


def _limit(limits: ResourceLimits) -> None:
    """Set what the kernel enforces: CPU seconds from here on, and address space as a backstop."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used_s = usage.ru_utime + usage.ru_stime
    _soft(resource.RLIMIT_CPU, int(used_s + limits.cpu_s + 1))
    _soft(resource.RLIMIT_AS, _address_space() + (2 * limits.memory_mib + ADDRESS_SLACK_MIB) * MIB)


def _soft(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    resource.setrlimit(kind, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _address_space() -> int:
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * resource.getpagesize()
    except OSError:
        return 0


def _receive(connection: socket.socket, jobs: "queue.SimpleQueue[Job]") -> None:
    """Pass jobs on; when the node is gone, end this process and everything it has started."""
    while isinstance(job := read_blocking(connection), Job):
        jobs.put(job)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    from agentcluster.telemetry import logs

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "agentcluster.settings")
    logs.configure(os.environ.get("AGENTCLUSTER_PROCESS", "node"))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    main(socket.socket(fileno=int(sys.argv[1])))
