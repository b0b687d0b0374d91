"""A worker process as the node sees it: give it a job, wait for the result, kill it when that must be."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec
import psutil

from agentcluster.errors import UnavailableError
from agents.domain.calls import CallError
from agents.domain.manifest import Manifest
from agents.node.failures import CPU_TIME, CRASHED
from agents.node.workers.frames import Beat, Job, Ready, Result, Setup, pack, read

START_S: Final = 120.0
EXIT_S: Final = 5.0
ROOT: Final = Path(__file__).resolve().parents[3]


class WorkerGoneError(UnavailableError):
    """The worker process ended before its job did."""

    code = "worker_crashed"

    def __init__(self, error: CallError) -> None:
        """``error`` says why."""
        super().__init__(error.message)
        self.error = error


class WorkerProcess:
    """Runs one job at a time. Make it with ``spawn``, wait until it is ``ready``, and ``close`` it in any case."""

    def __init__(
        self, process: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Take over a process that was just started."""
        self._process, self._reader, self._writer = process, reader, writer
        self._usage = psutil.Process(process.pid)
        self._job: asyncio.Task[Result] | None = None
        self._reason: CallError | None = None
        self.is_ready = False

    @classmethod
    async def spawn(cls) -> "WorkerProcess":
        """Start a process and return at once."""
        ours, theirs = socket.socketpair()
        reader, writer = await asyncio.open_unix_connection(sock=ours)
        with theirs:
            return cls(_spawn(theirs), reader, writer)

    async def ready(self, manifests: tuple[Manifest, ...]) -> None:
        """Wait until the process has imported its agents; WorkerGoneError when it does not come up."""
        try:
            self._writer.write(pack(Setup(manifests)))
            async with asyncio.timeout(START_S):
                await read(self._reader)
        except (OSError, EOFError, TimeoutError) as error:
            raise await self._gone() from error
        self.is_ready = True

    @property
    def idle(self) -> bool:
        """Whether it can take a job."""
        return self._process.poll() is None and self._reason is None and (self._job is None or self._job.done())

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    def memory_mib(self) -> float:
        """Return the memory it uses at this moment, in MiB; 0 when it is gone."""
        try:
            return float(self._usage.memory_info().rss) / (1024 * 1024)
        except psutil.Error:
            return 0.0

    async def run(self, job: Job, on_beat: Callable[[bytes], None]) -> Result:
        """Return the result; WorkerGoneError when the process ends first. Cancelling leaves the job running.

        ``on_beat`` gets the progress (JSON, may be empty) with each sign of life of the agent.
        """
        self._job = asyncio.get_running_loop().create_task(self._exchange(job, on_beat))
        self._job.add_done_callback(_note_error)
        return await asyncio.shield(self._job)

    async def finish(self, grace_s: float) -> Result | None:
        """Wait a little longer for the result of the job; then kill the process and return None."""
        if self._job is None:
            return None
        await asyncio.wait({self._job}, timeout=grace_s)
        if self._job.done() and not self._job.cancelled() and self._job.exception() is None:
            return self._job.result()
        self.kill()
        return None

    def kill(self, reason: CallError | None = None) -> None:
        """End the process, and all it has started, at once; ``reason`` becomes the error of its job."""
        self._reason = self._reason or reason or CRASHED
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)

    async def close(self) -> None:
        """End the process and wait until it is gone."""
        self.kill()
        await self._exit_code()
        self._writer.close()
        if self._job is not None:
            await asyncio.gather(self._job, return_exceptions=True)

    async def _exchange(self, job: Job, on_beat: Callable[[bytes], None]) -> Result:
        try:
            self._writer.write(pack(job))
            await self._writer.drain()
            while isinstance(answer := await read(self._reader), Beat):
                on_beat(answer.progress)
        except (OSError, EOFError, msgspec.MsgspecError) as error:
            raise await self._gone() from error
        if isinstance(answer, Ready):
            raise await self._gone()
        return answer

    async def _gone(self) -> WorkerGoneError:
        code = await self._exit_code()
        self._writer.close()
        if self._reason is not None:
            return WorkerGoneError(self._reason)
        if code == -signal.SIGXCPU:
            return WorkerGoneError(CPU_TIME)
        how = {"signal": signal.Signals(-code).name} if code < 0 else {"exit_code": code}
        self._reason = msgspec.structs.replace(CRASHED, data=how)
        return WorkerGoneError(self._reason)

    async def _exit_code(self) -> int:
        try:
            return await asyncio.to_thread(self._process.wait, EXIT_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return await asyncio.to_thread(self._process.wait)


def _note_error(job: "asyncio.Task[Result]") -> None:
    """Look at the error, so that asyncio does not complain when nobody waits for the job any more."""
    if not job.cancelled():
        job.exception()


def _spawn(connection: socket.socket) -> "subprocess.Popen[bytes]":
    """Start the process in a group of its own, so that it can be killed with all it starts."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
    number = connection.fileno()
    return subprocess.Popen(
        [sys.executable, "-m", "agents.node.workers.child", str(number)],
        pass_fds=(number,),
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr.fileno() if _has_file(sys.stderr) else subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": path},
    )


def _has_file(stream: object) -> bool:
    try:
        return bool(getattr(stream, "fileno", lambda: 0)())
    except (OSError, ValueError):
        return False
