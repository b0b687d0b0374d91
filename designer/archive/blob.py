"""Entries of a log as they lie in the archive: JSON Lines, compressed with zstd. The entries' own bytes stay as they are."""

import sys
from collections.abc import Sequence
from typing import Final

from agentcluster.errors import AgentClusterError
from agentcluster.streams.entries import Entry

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

LEVEL: Final = 3
"""zstd's own default: about a fifth of the size at some hundred MB a second."""


class ArchiveDamagedError(AgentClusterError):
    """The archived log of this run cannot be read."""

    code = "archive_damaged"


def pack(entries: Sequence[Entry]) -> bytes:
    """Return the entries compressed; JSON holds no raw line breaks, so lines keep them apart."""
    return zstd.compress(b"\n".join(entry.data for entry in entries), LEVEL)


def unpack(blob: bytes, first: int) -> list[Entry]:
    """Return the entries of a part that begins with number ``first``; raises ``ArchiveDamagedError``."""
    try:
        lines = zstd.decompress(blob).split(b"\n")
    except zstd.ZstdError as error:
        raise ArchiveDamagedError(f"The archived log of this run cannot be read: {error}.") from error
    return [Entry(seq, line) for seq, line in enumerate(lines, first)]
