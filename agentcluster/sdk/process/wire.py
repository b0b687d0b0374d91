"""Frames between a node and an instance's process, over a socket: four bytes of length, then JSON.

Whatever comes from the process is written by strangers: frames are bounded, read strictly, and say nothing the node
would act upon but the end of calls that it itself has begun.
"""

import struct
from typing import Any, Final

import msgspec

from agentcluster.sdk.invoke import Failure

LENGTH: Final = struct.Struct(">I")
FRAME_MAX: Final = 8 * 1024 * 1024
PART_BYTES: Final = 512 * 1024
PROGRESS_MAX: Final = 4 * 1024


class Limits(msgspec.Struct, frozen=True):
    """What the process holds itself to before it reads the bundle. ``uid`` 0: it stays who it is."""

    memory_mib: int
    pids: int
    open_files: int
    disk_mib: int
    uid: int = 0


class Setup(msgspec.Struct, frozen=True, tag=True):
    """First to the process: what to run."""

    entry_point: str
    concurrency: int
    limits: Limits


class Call(msgspec.Struct, frozen=True, tag=True):
    """Run a call. ``files``: where the files of its input lie, by digest."""

    number: int
    call_id: str
    idempotency_key: str
    seconds: float
    input: msgspec.Raw
    trace_id: str = ""
    files: dict[str, str] = {}


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """The result of a call is no longer wanted."""

    number: int


class Stored(msgspec.Struct, frozen=True, tag=True):
    """A file is in the artifact store: ``value`` is what stands for it. Empty: it could not be stored, and why."""

    number: int
    file: int
    value: dict[str, Any] = {}
    error: str = ""


class Stop(msgspec.Struct, frozen=True, tag=True):
    """End in good order."""


class Ready(msgspec.Struct, frozen=True, tag=True):
    """First from the process: the function is there."""


class Broken(msgspec.Struct, frozen=True, tag=True):
    """First from the process: it cannot be used, and why."""

    message: str


class Beat(msgspec.Struct, frozen=True, tag=True):
    """A sign of life of a call."""

    number: int
    progress: msgspec.Raw


class Part(msgspec.Struct, frozen=True, tag=True):
    """Some bytes of a file of a call's output."""

    number: int
    file: int
    data: bytes


class FileEnd(msgspec.Struct, frozen=True, tag=True):
    """All parts of a file were sent."""

    number: int
    file: int
    name: str
    media_type: str


class Result(msgspec.Struct, frozen=True, tag=True):
    """The end of a call: its output, or how it failed."""

    number: int
    output: msgspec.Raw = msgspec.Raw(b"null")
    error: Failure | None = None


ToProcess = Setup | Call | Cancel | Stored | Stop
FromProcess = Ready | Broken | Beat | Part | FileEnd | Result

to_process: Final = msgspec.json.Decoder(ToProcess)
from_process: Final = msgspec.json.Decoder(FromProcess)
_encode: Final = msgspec.json.Encoder().encode


class TooLongError(ValueError):
    """A frame is longer than any may be."""


def pack(frame: ToProcess | FromProcess) -> bytes:
    """Return the bytes of a frame; TooLongError when it is too long to be sent."""
    data = _encode(frame)
    if len(data) > FRAME_MAX:
        raise TooLongError(f"{len(data)} bytes are more than the {FRAME_MAX} of a frame.")
    return LENGTH.pack(len(data)) + data
