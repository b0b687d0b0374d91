"""The body of a message under a contract: a zero byte, the schema's id in four bytes, then the payload.

This is the wire format of the Confluent Schema Registry, which its clients in every language read and write. A
Protobuf payload begins with the numbers that say which message type of the file it is.
"""

import base64
import binascii
import struct
from collections.abc import Sequence
from typing import Final

from agentcluster.errors import BadInputError

MAGIC: Final = 0
HEAD: Final = struct.Struct(">bI")
MAX_INDEXES: Final = 32


class BadFrameError(BadInputError):
    """The body does not begin with a zero byte and the id of a schema."""

    code = "bad_frame"


def frame(schema_id: int, payload: bytes) -> bytes:
    """Return the body of a message."""
    return HEAD.pack(MAGIC, schema_id) + payload


def unframe(body: bytes) -> tuple[int, bytes]:
    """Return the schema's id and the payload; BadFrameError when there is none."""
    if len(body) < HEAD.size or body[0] != MAGIC:
        raise BadFrameError
    _, schema_id = HEAD.unpack_from(body)
    return schema_id, body[HEAD.size :]


def packed(framed: bytes) -> str:
    """Return a framed payload as it stands in the envelope."""
    return base64.b64encode(framed).decode()


def unpacked(text: object) -> bytes:
    """Return the framed payload; BadFrameError when it is none."""
    try:
        return base64.b64decode(text if isinstance(text, str) else b"", validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadFrameError from error


def write_indexes(indexes: Sequence[int]) -> bytes:
    """Return the numbers of a Protobuf message type, from the outermost in; the file's first is one zero byte."""
    if list(indexes) == [0]:
        return b"\0"
    return b"".join(_varint(_zigzag(number)) for number in (len(indexes), *indexes))


def read_indexes(data: bytes) -> tuple[list[int], bytes]:
    """Return the numbers and what follows; BadFrameError when they make no sense."""
    count, place = _read(data, 0)
    if count == 0:
        return [0], data[place:]
    if not 0 < count <= MAX_INDEXES:
        raise BadFrameError("The numbers of the message type are not readable.")
    indexes = []
    for _ in range(count):
        number, place = _read(data, place)
        if number < 0:
            raise BadFrameError("The numbers of the message type are not readable.")
        indexes.append(number)
    return indexes, data[place:]


def _zigzag(number: int) -> int:
    return (number << 1) ^ (number >> 63)


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def _read(data: bytes, place: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        if place >= len(data) or shift > 28:
            raise BadFrameError("The numbers of the message type are not readable.")
        byte = data[place]
        place += 1
        number |= (byte & 0x7F) << shift
        shift += 7
        if not byte & 0x80:
            return (number >> 1) ^ -(number & 1), place
