"""What node and worker process say to each other: four bytes of length, then MessagePack."""

import asyncio
import socket
import struct
from typing import Any, Final

import msgspec

from agents.domain.calls import CallError
from agents.domain.manifest import Manifest
from agents.node.instance_log import Stream

_LENGTH: Final = struct.Struct(">I")
_encoder: Final = msgspec.msgpack.Encoder()


class Setup(msgspec.Struct, frozen=True, tag=True):
    """First to the worker: the agents it may be asked to run."""

    manifests: tuple[Manifest, ...]


class Ready(msgspec.Struct, frozen=True, tag=True):
    """First from the worker: everything is imported."""


class Job(msgspec.Struct, frozen=True, tag=True):
    """A call: ``input`` is JSON, ``deadline_s`` on the machine's monotonic clock."""

    identity: str
    call_id: str
    idempotency_key: str
    input: bytes
    deadline_s: float
    cancel_file: str
    trace_id: str = ""


class Beat(msgspec.Struct, frozen=True, tag=True):
    """A sign of life of the job's agent; ``progress`` is JSON, empty when it says nothing new."""

    progress: bytes


class Result(msgspec.Struct, frozen=True, tag=True):
    """The end of a job: ``output`` is JSON, checked and small; ``kept`` as in ``Outcome``."""

    output: bytes
    error: CallError | None
    kept: bool
    started_s: float
    said: tuple[tuple[Stream, str], ...] = ()
    """What the agent logged meanwhile, line by line."""


to_worker: Final = msgspec.msgpack.Decoder(Setup | Job)
from_worker: Final = msgspec.msgpack.Decoder(Ready | Beat | Result)


def pack(message: Any) -> bytes:
    """Return the frame of a message."""
    data = _encoder.encode(message)
    return _LENGTH.pack(len(data)) + data


async def read(reader: asyncio.StreamReader) -> Ready | Beat | Result:
    """Return the next message of a worker; IncompleteReadError when it is gone."""
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    message: Ready | Beat | Result = from_worker.decode(await reader.readexactly(length))
    return message


def read_blocking(connection: socket.socket) -> Setup | Job | None:
    """Return the next message of the node, None when it is gone."""
    head = _exactly(connection, _LENGTH.size)
    body = _exactly(connection, _LENGTH.unpack(head)[0]) if head else None
    return to_worker.decode(body) if body else None


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        chunk = connection.recv(size - len(data))
        if not chunk:
            return None
        data += chunk
    return bytes(data)
