"""One process under the supervisor: started in its own session, read line by line, ended with its family."""

import asyncio
import contextlib
import ctypes
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agentcluster.up.config import PROJECT
from agentcluster.up.console import parse

PR_SET_PDEATHSIG = 1
LONGEST_LINE = 1 << 20
LAST_LINES = 40
LAST_WORDS_S = 2.0
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class ProcessSpec:
    """What to run: ``grace_s`` seconds pass between SIGTERM and SIGKILL when it is stopped."""

    name: str
    command: list[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    grace_s: float = 4.0
    live_url: str = ""
    """Where it is asked whether it lives; empty: where it says itself (``agentcluster.health.places``)."""


def die_with_parent(parent: int) -> None:
    """Ask the kernel to kill this (just forked) process when the thread that made it ends."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


class Child:
    """A running process; ``last_lines`` keeps the end of what it said."""

    def __init__(self, spec: ProcessSpec, write: Callable[[dict[str, Any]], None]) -> None:
        self.spec = spec
        self.last_lines: deque[str] = deque(maxlen=LAST_LINES)
        self._write = write
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._started = 0.0

    @property
    def uptime_s(self) -> float:
        """Return the seconds since the start."""
        return time.monotonic() - self._started

    @property
    def running(self) -> bool:
        """Say whether the process lives."""
        return self._process is not None and self._process.returncode is None

    @property
    def pid(self) -> int:
        """Return the id of the process; 0 before the first start."""
        return self._process.pid if self._process is not None else 0

    async def start(self) -> None:
        """Start it; raises ``OSError`` when the program cannot be run."""
        parent = os.getpid()
        self._started = time.monotonic()
        self._process = await asyncio.create_subprocess_exec(
            *self.spec.command,
            cwd=PROJECT,
            env={**os.environ, **self.spec.environment},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            limit=LONGEST_LINE,
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(parent),
        )
        self._reader = asyncio.create_task(self._read())

    async def wait(self) -> int:
        """Wait for its end; return the exit code (negative: the signal) once its last line is written."""
        assert self._process is not None
        code = await self._process.wait()
        if self._reader is not None:
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(asyncio.shield(self._reader), 1)
        self._signal_family(signal.SIGKILL)
        return code

    async def stop(self) -> bool:
        """End it: SIGTERM, then SIGKILL to its whole family after the grace; say whether it went by itself."""
        if not self.running:
            return True
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        try:
            await asyncio.wait_for(self.wait(), self.spec.grace_s)
        except TimeoutError:
            self.kill()
            await self._process.wait()
            return False
        return True

    async def end_hung(self) -> None:
        """End it when it answers no more: it says where its threads stand, if it still can, and is killed."""
        process = self._process
        if process is None or not self.running:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGABRT)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), LAST_WORDS_S)
        self._signal_family(signal.SIGKILL)

    def kill(self) -> None:
        """Kill it and what it started, now."""
        self._signal_family(signal.SIGKILL)

    def _signal_family(self, number: signal.Signals) -> None:
        assert self._process is not None
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, number)

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while True:
            try:
                raw = await self._process.stdout.readline()
            except ValueError:
                self._write({"process": self.spec.name, "level": "warning", "event": "left out a line of over 1 MB"})
                continue
            if not raw:
                return
            line = raw.decode("utf-8", "replace").rstrip()
            if line:
                self.last_lines.append(line)
                self._write(parse(self.spec.name, line))
