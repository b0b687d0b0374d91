"""Refusals before a request is taken apart: what a flooded process has to do for each of them is next to nothing.

A connection that waits for its next request asks the application whether a POST to this path has a chance. If not, the
answer is written as it stands. Only requests that came whole, and whose framing leaves no doubt, are looked at; every
other one goes through the HTTP parser and meets its refusal behind it.
"""

import functools
import re
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from typing import Any, Final

from twisted.internet.tcp import Server
from twisted.web.http import HTTPChannel

Answer = tuple[int, list[tuple[bytes, bytes]], bytes]
"""Status, headers and body."""
Ask = Callable[[str], Answer | None]

_LINE: Final = re.compile(rb"POST (/[!-$&->@-~]*) HTTP/1\.1\r\n")
_LENGTH: Final = re.compile(rb"\r\ncontent-length: *(\d{1,7})\r\n")
_DOUBTFUL: Final = (b"\ntransfer-encoding", b"\nexpect", b"\nupgrade", b"\n ", b"\n\t")
"""In small letters, as what is looked at."""
_KEPT: Final = b"\r\nconnection: keep-alive\r\n"
"""What many clients say although it is the rule; any other word about the connection is read."""

_askers: list[Ask] = []


def ask(asker: Ask) -> None:
    """Ask ``asker`` for the answer to a POST to a path, None when it may come in. The last one who said so is asked."""
    _askers[:] = [asker]


class Channel(HTTPChannel):
    """A connection that turns requests away before it reads them."""

    transport: Any

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        """Answer a request that has no chance, or read on."""
        idle = not (self.requests or self._buffer or self._busyReceiving) and self.line_mode and self.persistent
        refusal = refused(data) if idle and _askers and not self.transport.disconnecting else None
        if refusal is None:
            super().dataReceived(data)  # type: ignore[no-untyped-call]
            return
        self.resetTimeout()  # type: ignore[no-untyped-call]  # Twisted has no types for it
        self._send(refusal)

    def _send(self, answer: bytes) -> None:
        """Write at once where nothing is in the way: through the reactor it would take a turn of the loop more."""
        transport, sent = self.transport, 0
        plain = type(transport) is Server and not transport.TLS
        if plain and not (transport.dataBuffer or transport._tempDataBuffer):
            # What is wrong with the connection, ``write`` finds too.
            with suppress(OSError):
                sent = transport.getHandle().send(answer)
        if sent < len(answer):
            transport.write(answer[sent:])


def refused(data: bytes) -> bytes | None:
    """Return the answer to one whole request that is turned away; None when it is to be read."""
    line = _LINE.match(data)
    answer = _askers[0](line[1].decode("ascii")) if line is not None and _is_whole(data) else None
    return None if answer is None else _written(answer[0], tuple(answer[1]), answer[2])


def _is_whole(data: bytes) -> bool:
    """Say whether the data is one request to its last byte, with a length that everybody reads alike."""
    end = data.find(b"\r\n\r\n")
    head = data[: end + 2].lower()
    if end < 0 or head.count(b"content-length") != 1 or head.count(b"\nconnection") != head.count(_KEPT):
        return False
    for each in _DOUBTFUL:
        if each in head:
            return False
    length = _LENGTH.search(head)
    return length is not None and int(length[1]) == len(data) - end - 4


@functools.lru_cache(4)
def _written(status: int, headers: tuple[tuple[bytes, bytes], ...], body: bytes) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode()]
    lines += [name.title() + b": " + value for name, value in (*headers, (b"server", b"daphne"))]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body
