"""The calls in flight at one process: what it is told, and what it may answer."""

import asyncio
from pathlib import Path
from typing import Any, Final

import msgspec

from agentcluster.sdk.invoke import Failure
from agentcluster.sdk.process import wire
from agents.domain.calls import CallError
from agents.node.call import Call
from agents.node.sandbox.files import OutputFiles
from agents.node.sandbox.pace import Pace
from agents.node.sandbox.process import AgentProcess, read_frame

FRAMES_PACE: Final = (1_000.0, 2_000.0)
BYTES_PACE: Final = (32.0 * 1024 * 1024, 64.0 * 1024 * 1024)
"""Frames and bytes a second, and at once, that a process may send; whoever sends faster waits."""


class Flight:
    """A call that the process works on. ``cpu_s``: what it used so far, as far as that can be told apart."""

    def __init__(self, number: int, call: Call, output: OutputFiles) -> None:
        """``number`` is new with every call of the instance."""
        self.number, self.call, self.output = number, call, output
        self.result: asyncio.Future[wire.Result] = asyncio.get_running_loop().create_future()
        self.cpu_s = 0.0

    def fail(self, error: CallError) -> None:
        """End it without the process's word."""
        if not self.result.done():
            failure = msgspec.convert(msgspec.to_builtins(error), Failure)
            self.result.set_result(wire.Result(self.number, error=failure))


class ProtocolError(Exception):
    """The process sent what is no frame, or none that may come now."""


class Exchange:
    """Reads what a process sends until it ends; knows only numbers the node gave out."""

    def __init__(self, process: AgentProcess, outputs: Path, disk_mib: int) -> None:
        """Files of outputs wait in ``outputs`` until they are stored."""
        self._process, self._outputs, self._disk_mib = process, outputs, disk_mib
        self.flights: dict[int, Flight] = {}
        self._storing: set[asyncio.Task[None]] = set()

    async def first(self, setup: wire.Setup) -> str:
        """Say what to run; return why that does not work, empty when it does. EOFError when the process ends."""
        self._send(setup)
        frame = await self._read(Pace(*BYTES_PACE))
        if isinstance(frame, wire.Broken):
            return frame.message or "It cannot be loaded."
        if not isinstance(frame, wire.Ready):
            raise ProtocolError("the first frame is no answer")
        return ""

    def begin(self, number: int, call: Call, frame: wire.Call) -> Flight:
        """Give a call to the process."""
        flight = Flight(number, call, OutputFiles(self._outputs / str(number), self._disk_mib))
        self.flights[number] = flight
        self._send(frame)
        return flight

    def cancel(self, flight: Flight) -> None:
        """Tell the process that a result is no longer wanted."""
        self._send(wire.Cancel(flight.number))

    def forget(self, flight: Flight) -> None:
        """The call has ended."""
        self.flights.pop(flight.number, None)

    def stop(self) -> None:
        """Ask the process to end."""
        self._send(wire.Stop())

    async def listen(self) -> None:
        """Take what comes; EOFError or OSError when the process is gone, ProtocolError when it talks nonsense."""
        frames, data = Pace(*FRAMES_PACE), Pace(*BYTES_PACE)
        while True:
            frame = await self._read(data)
            flight = self.flights.get(frame.number) if not isinstance(frame, wire.Ready | wire.Broken) else None
            if isinstance(frame, wire.Ready | wire.Broken):
                raise ProtocolError("a first frame came again")
            if flight is not None:
                self._take(flight, frame)
            await frames.take(1)

    def _take(self, flight: Flight, frame: wire.FromProcess) -> None:
        if isinstance(frame, wire.Beat):
            progress = bytes(frame.progress)
            flight.call.beat_as(progress if progress != b"null" and len(progress) <= wire.PROGRESS_MAX else b"")
        elif isinstance(frame, wire.Part):
            if error := flight.output.take(frame):
                flight.fail(error)
        elif isinstance(frame, wire.FileEnd):
            # Whoever ends files on and on would keep the threads busy that all instances share.
            if error := flight.output.finish():
                flight.fail(error)
                return
            task = asyncio.get_running_loop().create_task(self._store(flight, frame))
            self._storing.add(task)
            task.add_done_callback(self._storing.discard)
        elif isinstance(frame, wire.Result) and not flight.result.done():
            flight.result.set_result(frame)

    async def _store(self, flight: Flight, frame: wire.FileEnd) -> None:
        self._send(await asyncio.to_thread(flight.output.store, frame))

    async def _read(self, pace: Pace) -> Any:
        data = await read_frame(self._process.reader, wire.FRAME_MAX, pace.take)
        if data is None:
            raise ProtocolError("a frame is longer than any may be")
        try:
            return wire.from_process.decode(data)
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            raise ProtocolError(f"a frame cannot be read: {error}") from error

    def _send(self, frame: wire.ToProcess) -> None:
        if not self._process.writer.is_closing():
            self._process.writer.write(wire.pack(frame))
