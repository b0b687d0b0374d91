"""What runs inside the sandbox: takes calls from the node, runs the agent's function, answers."""

import asyncio
import logging
import os
import socket
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final

import msgspec

from agentcluster.sdk.context import Context
from agentcluster.sdk.errors import DeclarationError
from agentcluster.sdk.files import File, Stored, local_files, places
from agentcluster.sdk.invoke import Failure, failure_of, invoke
from agentcluster.sdk.process import wire
from agentcluster.sdk.process.confine import confine
from agentcluster.sdk.run import load

STORE_S: Final = 120.0
_CANCELLED: Final = Failure("cancelled", "The call was cancelled.")


def main(number: int) -> None:
    """Serve the node at the other end of the socket ``number`` until it closes it, or says so."""
    connection = socket.socket(fileno=number)
    setup = _first(connection)
    try:
        confine(setup.limits)
        logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
        function = load(setup.entry_point)
    except BaseException as error:
        connection.sendall(wire.pack(wire.Broken(_why(error)[:2000])))
        raise SystemExit(1) from None
    connection.setblocking(False)
    asyncio.run(Server(function, setup.concurrency).serve(connection))


class Server:
    """Runs calls until it is told to stop."""

    def __init__(self, function: Callable[..., Any], concurrency: int) -> None:
        """Plain functions run in as many threads as calls may run at a time."""
        self._function = function
        self._pool = ThreadPoolExecutor(concurrency, thread_name_prefix="call")
        self._calls: dict[int, tuple[asyncio.Task[None], Context]] = {}
        self._storing: dict[tuple[int, int], asyncio.Future[wire.Stored]] = {}

    async def serve(self, connection: socket.socket) -> None:
        """Read frames until the node is gone."""
        self._loop = asyncio.get_running_loop()
        self._loop.set_default_executor(self._pool)
        reader, self._writer = await asyncio.open_unix_connection(sock=connection)
        self._writer.write(wire.pack(wire.Ready()))
        try:
            while not isinstance(frame := await _read(reader), wire.Stop):
                self._take(frame)
        except (OSError, EOFError):
            os._exit(0)
        await self._end()
        # Threads of plain functions cannot be stopped; the process can.
        os._exit(0)

    def _take(self, frame: wire.ToProcess) -> None:
        if isinstance(frame, wire.Call):
            context = self._context(frame)
            task = self._loop.create_task(self._run(frame, context))
            self._calls[frame.number] = task, context
        elif isinstance(frame, wire.Cancel) and frame.number in self._calls:
            task, context = self._calls[frame.number]
            context.cancel()
            task.cancel()
        elif isinstance(frame, wire.Stored):
            waiting = self._storing.pop((frame.number, frame.file), None)
            if waiting is not None and not waiting.done():
                waiting.set_result(frame)

    def _context(self, call: wire.Call) -> Context:
        def report(progress: Any) -> None:
            data = _progress(progress)
            self._loop.call_soon_threadsafe(self._send, wire.Beat(call.number, msgspec.Raw(data)))

        return Context(call.call_id, call.idempotency_key, seconds=call.seconds, trace_id=call.trace_id, report=report)

    async def _run(self, call: wire.Call, context: Context) -> None:
        places.set(call.files)
        try:
            output = await invoke(self._function, bytes(call.input), context)
            await self._store(call.number, local_files(output))
            result = wire.Result(call.number, msgspec.Raw(_json(output)))
        except asyncio.CancelledError:
            result = wire.Result(call.number, error=_CANCELLED)
        except BaseException as error:
            result = wire.Result(call.number, error=failure_of(error))
        del self._calls[call.number]
        self._send_result(result)

    def _send_result(self, result: wire.Result) -> None:
        try:
            self._send(result)
        except (wire.TooLongError, TypeError, ValueError):
            failure = Failure("invalid_output", "The agent's output, or its error, is too large, or no JSON.")
            self._send(wire.Result(result.number, error=failure))

    def _send(self, frame: wire.FromProcess) -> None:
        self._writer.write(wire.pack(frame))

    async def _store(self, number: int, files: list[File]) -> None:
        """Give the files of an output to the node, which keeps them in the artifact store."""
        stored: dict[str, Stored] = {}
        for index, file in enumerate(files):
            place = file.stored.digest
            if place in stored:
                file.stored = stored[place]
                continue
            waiting = self._storing[number, index] = self._loop.create_future()
            with file.open() as source:
                while data := source.read(wire.PART_BYTES):
                    self._send(wire.Part(number, index, data))
                    await self._writer.drain()
            self._send(wire.FileEnd(number, index, file.name, file.media_type))
            answer = await asyncio.wait_for(waiting, STORE_S)
            if answer.error:
                raise OSError(answer.error)
            _remove(file)
            file.stored = stored[place] = msgspec.convert(answer.value["$artifact"], Stored)

    async def _end(self) -> None:
        tasks = [task for task, _ in self._calls.values()]
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks, timeout=2) if tasks else None
        await self._writer.drain()


def _first(connection: socket.socket) -> wire.Setup:
    """Read the first frame with nothing but the socket: no loop is there yet."""
    (length,) = wire.LENGTH.unpack(_exactly(connection, wire.LENGTH.size))
    frame = wire.to_process.decode(_exactly(connection, length))
    if not isinstance(frame, wire.Setup):
        raise SystemExit(2)
    return frame


def _exactly(connection: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            raise SystemExit(0)
        data += chunk
    return bytes(data)


async def _read(reader: asyncio.StreamReader) -> wire.ToProcess:
    (length,) = wire.LENGTH.unpack(await reader.readexactly(wire.LENGTH.size))
    return wire.to_process.decode(await reader.readexactly(length))  # type: ignore[no-any-return]


def _progress(progress: Any) -> bytes:
    """Return a progress as JSON, ``null`` for one that cannot be passed on."""
    try:
        data = msgspec.json.encode(progress)
    except (TypeError, ValueError, RecursionError):
        return b"null"
    return data if len(data) <= wire.PROGRESS_MAX else b"null"


def _json(output: Any) -> bytes:
    try:
        return msgspec.json.encode(output)
    except (TypeError, ValueError, RecursionError) as error:
        raise _NoJSONError(str(error)) from error


class _NoJSONError(Exception):
    """The output is no JSON."""


def _remove(file: File) -> None:
    if file.path.parent.name.startswith("out-"):
        file.path.unlink(missing_ok=True)
        file.path.parent.rmdir()


def _why(error: BaseException) -> str:
    """Return why the function cannot be loaded; the traceback goes into the log."""
    if isinstance(error, DeclarationError):
        return str(error)
    traceback.print_exception(error, file=sys.stderr)
    frames = traceback.extract_tb(error.__traceback__)
    where = f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})" if frames else ""
    return f"Importing it failed: {type(error).__name__}: {error}{where}"
