"""The operating system's side of an instance: start its process, hear it, see it end, end it with all it started."""

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Final

import msgspec

from agentcluster.sdk.process.wire import LENGTH
from agentcluster.tasks import end
from agents.node.instance_log import InstanceLog, Stream
from agents.node.sandbox import seccomp
from agents.node.sandbox.command import (
    BUNDLE,
    ENVIRONMENT,
    SDK,
    Inside,
    command,
    package_places,
    python_command,
    sdk_folders,
)
from agents.node.sandbox.pace import Pace

EXIT_S: Final = 5.0
CHUNK: Final = 64 * 1024
LINE_MAX: Final = 16 * 1024
LOG_PACE: Final = (2 * 1024 * 1024, 4 * 1024 * 1024)
"""Bytes a second, and at once, that an instance may print; whoever prints faster waits."""


class AgentProcess:
    """A process that was just started; ``close`` it in any case."""

    def __init__(self, process: "subprocess.Popen[bytes]", sandboxed: bool, log: InstanceLog) -> None:
        """``log`` gets what it prints."""
        self._process, self._sandboxed, self._log = process, sandboxed, log
        self.first = 0 if sandboxed else process.pid
        """The process that everything in the sandbox descends from; 0 until that is known."""
        self.reader: asyncio.StreamReader
        self.writer: asyncio.StreamWriter
        self._hearing: list[asyncio.Task[None]] = []
        self._handle = os.pidfd_open(process.pid)
        self._first_handle = -1
        self._gone = {self._handle: asyncio.Event()}
        self._closed = False

    @classmethod
    async def spawn(cls, inside: Inside, program: str, scratch: Path, log: InstanceLog) -> "AgentProcess":
        """Start it; ``program`` is bubblewrap, empty to go without a sandbox, in the folder ``scratch``. OSError."""
        ours, theirs = socket.socketpair()
        info_reading, info_writing = os.pipe()
        filtering = seccomp.pipe() if program else None
        with theirs:
            try:
                process = _popen(
                    inside, program, scratch, number=theirs.fileno(), info=info_writing, filtering=filtering
                )
            except OSError:
                ours.close()
                os.close(info_reading)
                raise
            finally:
                os.close(info_writing)
                if filtering is not None:
                    os.close(filtering)
        one = cls(process, bool(program), log)
        try:
            await one._attend(ours, info_reading)
        except BaseException:
            one.kill()
            process.wait()
            raise
        return one

    def kill(self) -> None:
        """End the process and everything it has started, at once."""
        if self._closed:
            return
        # The first process of a namespace takes all others with it; bubblewrap itself follows when it is gone.
        with contextlib.suppress(ProcessLookupError):
            if self._first_handle >= 0:
                signal.pidfd_send_signal(self._first_handle, signal.SIGKILL)
            elif self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)

    async def ended(self) -> int:
        """Wait until everything is gone and return the exit code, negative for a signal."""
        for gone in self._gone.values():
            await gone.wait()
        code = self._process.wait()
        return 128 - code if self._sandboxed and code > 128 else code

    async def close(self, wait_s: float = 0.0) -> int:
        """Kill what is left after ``wait_s`` seconds, see it gone, read the last lines; return the exit code."""
        try:
            async with asyncio.timeout(wait_s):
                await self.ended()
        except TimeoutError:
            self.kill()
        try:
            async with asyncio.timeout(EXIT_S):
                code = await self.ended()
        except TimeoutError:
            self._process.kill()
            code = await self.ended()
        self.writer.close()
        if self._hearing:
            _, left = await asyncio.wait(self._hearing, timeout=1)
            await end(*left)
        self._let_go()
        return code

    async def _attend(self, ours: socket.socket, info: int) -> None:
        self._watch(self._handle)
        self.reader, self.writer = await asyncio.open_unix_connection(sock=ours, limit=1024 * 1024)
        loop = asyncio.get_running_loop()
        streams: tuple[tuple[Stream, object], ...] = (
            ("stdout", self._process.stdout),
            ("stderr", self._process.stderr),
        )
        for stream, pipe in streams:
            self._hearing.append(loop.create_task(self._hear(stream, pipe)))
        await self._learn_first(info)

    def _watch(self, handle: int) -> None:
        """Note when a process has ended: that of a namespace's first one is told when all others are gone."""
        gone = self._gone.setdefault(handle, asyncio.Event())
        asyncio.get_running_loop().add_reader(handle, self._on_end, handle, gone)

    def _on_end(self, handle: int, gone: asyncio.Event) -> None:
        asyncio.get_running_loop().remove_reader(handle)
        gone.set()

    def _let_go(self) -> None:
        for handle in {*self._gone} if not self._closed else ():
            os.close(handle)
        self._closed = True

    async def _learn_first(self, info: int) -> None:
        """Read which process is the sandbox's first one; bubblewrap says so, or ends without a word."""
        with contextlib.suppress(msgspec.MsgspecError, TimeoutError, KeyError, TypeError, ProcessLookupError):
            async with asyncio.timeout(EXIT_S), _reading(os.fdopen(info, "rb", buffering=0)) as reader:
                said = await reader.read()
            if self._sandboxed:
                self.first = int(msgspec.json.decode(said)["child-pid"])
                self._first_handle = os.pidfd_open(self.first)
                self._watch(self._first_handle)

    async def _hear(self, stream: Stream, pipe: object) -> None:
        async with _reading(pipe) as reader:
            await self._note(stream, reader)

    async def _note(self, stream: Stream, reader: asyncio.StreamReader) -> None:
        pace, rest = Pace(*LOG_PACE), b""
        while data := await reader.read(CHUNK):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._log.write(stream, line[:LINE_MAX].decode(errors="replace").rstrip("\r"))
            if len(rest) > LINE_MAX:
                self._log.write(stream, rest[:LINE_MAX].decode(errors="replace"))
                rest = b""
            await pace.take(len(data))
        if rest:
            self._log.write(stream, rest.decode(errors="replace"))


async def read_frame(reader: asyncio.StreamReader, most: int, grow: Callable[[int], Awaitable[None]]) -> bytes | None:
    """Return a frame's bytes, None when it states more than ``most``; EOFError or OSError when nobody is there."""
    (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
    if length > most:
        return None
    await grow(length)
    return await reader.readexactly(length)


@contextlib.asynccontextmanager
async def _reading(pipe: object) -> AsyncIterator[asyncio.StreamReader]:
    """Read a pipe; not every event loop closes it by itself at its end."""
    reader = asyncio.StreamReader(limit=CHUNK)
    protocol = asyncio.StreamReaderProtocol(reader)
    transport, _ = await asyncio.get_running_loop().connect_read_pipe(lambda: protocol, pipe)
    try:
        yield reader
    finally:
        transport.close()


def _popen(
    inside: Inside, program: str, scratch: Path, *, number: int, info: int, filtering: int | None
) -> "subprocess.Popen[bytes]":
    """Start bubblewrap or Python with an empty environment: whoever could read it would find the node's secrets."""
    if program:
        arguments = command(
            program, inside, info, python_command([SDK, BUNDLE, *package_places(inside.packages)], number)
        )
        if filtering is not None:
            arguments[1:1] = ["--seccomp", str(filtering)]
        passed = [number, info] if filtering is None else [number, info, filtering]
        environment, folder = {}, "/"
    else:
        paths = [str(sdk_folders()["agentcluster/sdk"].parents[1]), str(sdk_folders()["msgspec"].parent)]
        arguments = python_command([*paths, str(inside.bundle), *map(str, inside.packages)], number)
        passed = [number]
        environment = {**ENVIRONMENT, "HOME": str(scratch), "TMPDIR": str(scratch)}
        folder = str(scratch)
    return subprocess.Popen(
        arguments,
        pass_fds=passed,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        cwd=folder,
        start_new_session=True,
    )
