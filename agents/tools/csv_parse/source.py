"""The file as UTF-8, whatever it was written in, a piece at a time."""

import io
from typing import BinaryIO, Final

from agents.tools.csv_parse.errors import BinaryError
from agents.tools.encodings import detect

CHUNK: Final = 1024 * 1024


def find_encoding(file: BinaryIO, stated: str) -> str:
    """Return the encoding stated, or the one detected; ``BinaryError`` for what is no text."""
    if stated != "auto":
        # With a mark at the start, 'utf-8' would take the mark for a part of the first name.
        return "utf-8-sig" if stated == "utf-8" else stated
    found = detect(iter(lambda: file.read(CHUNK), b""))
    file.seek(0)
    if found is None:
        raise BinaryError(field="/file")
    return found


def as_text(file: BinaryIO, encoding: str) -> io.TextIOWrapper:
    """Wrap the file as text with its line ends as they are."""
    return io.TextIOWrapper(file, encoding=encoding, newline="")


class Utf8Source(io.RawIOBase):
    """What is left of a text, readable as UTF-8 bytes; ``head`` comes first."""

    def __init__(self, text: io.TextIOWrapper, head: str = "") -> None:
        self._text = text
        self._rest = head.encode()
        self._read_quotes = 0

    def readable(self) -> bool:
        """Yes."""
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Return at most ``size`` bytes; ``UnicodeDecodeError`` when the encoding is not the file's."""
        while size < 0 or len(self._rest) < size:
            more = self._text.read(CHUNK)
            if not more:
                break
            self._rest += more.encode()
        if size < 0:
            size = len(self._rest)
        piece, self._rest = self._rest[:size], self._rest[size:]
        self._read_quotes += piece.count(b'"')
        return piece

    @property
    def quotes_are_even(self) -> bool:
        """Whether the quotes read so far can all be pairs; odd is a sign that one is never closed."""
        return self._read_quotes % 2 == 0

    def has_more(self) -> bool:
        """Whether anything but blank lines is left at the place reached."""
        while not self._rest.strip():
            more = self._text.read(CHUNK)
            if not more:
                return False
            self._rest += more.encode()
        return True
