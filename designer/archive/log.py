"""What of a log goes into the archive: verified entry by entry, cut into parts, with what it mentions."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from agentcluster.errors import AgentClusterError
from agentcluster.streams.blocking import Meta
from agentcluster.streams.entries import Entry, entry_hash
from designer.archive.blob import pack
from designer.archive.models import RunArchive

PART_ENTRIES: Final = 1000
PART_BYTES: Final = 1024 * 1024
DIGEST: Final = re.compile(rb"sha256:[0-9a-f]{64}")


class LogBrokenError(AgentClusterError):
    """The log of a finished run is not whole; it stays where it is."""

    code = "log_broken"


class _What(msgspec.Struct):
    type: str
    step: str = ""
    attempt: int = 1
    call_id: str = ""


class _Link(msgspec.Struct):
    seq: int
    at: int
    prev: str
    event: _What


_links: Final = msgspec.json.Decoder(_Link)


class EndedLog:
    """The log of one ended run on its way into the archive."""

    __slots__ = (
        "_begun",
        "_done",
        "digests",
        "ended_ms",
        "head",
        "json_digests",
        "last_type",
        "parts",
        "run_id",
        "seq",
    )

    def __init__(self, run_id: str) -> None:
        """Begin before the first entry."""
        self.run_id, self.seq, self.head, self.last_type, self.ended_ms = run_id, 0, "", "", 0
        self.parts: list[RunArchive] = []
        self.digests: set[str] = set()
        self.json_digests: set[str] = set()
        self._begun: dict[tuple[str, int], str] = {}
        self._done: list[str] = []

    def take(self, entries: Sequence[Entry]) -> None:
        """Take the next entries; raises ``LogBrokenError`` when they do not follow."""
        for entry in entries:
            link = _links.decode(entry.data)
            if (entry.seq, link.seq, link.prev) != (self.seq + 1, self.seq + 1, self.head):
                raise LogBrokenError(f"The log of run {self.run_id} is not whole at entry {entry.seq}.")
            self.seq, self.head, self.last_type = entry.seq, entry_hash(entry.data), link.event.type
            self.ended_ms = link.at
            self._note(link.event, entry.data)
        for part in _parts(entries):
            head = self.head if part[-1].seq == self.seq else entry_hash(part[-1].data)
            self.parts.append(_row(self.run_id, part, head))

    def close(self, meta: Meta) -> None:
        """Raise ``LogBrokenError`` unless this is the log that Redis' ``meta`` is about, to its end."""
        if (self.seq, self.head, self.last_type) != (meta.seq, meta.head, meta.status):
            raise LogBrokenError(f"The log of run {self.run_id} does not end as its run did.")

    @property
    def recorded_calls(self) -> list[str]:
        """The calls whose results stand in the log: nobody will ask for them again."""
        return self._done

    def _note(self, event: _What, data: bytes) -> None:
        if event.call_id:
            self._begun[event.step, event.attempt] = event.call_id
        elif event.type in ("step_completed", "step_failed"):
            call_id = self._begun.pop((event.step, event.attempt), None)
            if call_id is not None:
                self._done.append(call_id)
        if b"sha256:" in data:
            found = {digest.decode() for digest in DIGEST.findall(data)}
            self.digests |= found
            if b"application/json" in data:
                self.json_digests |= found


def _parts(entries: Sequence[Entry]) -> Iterator[Sequence[Entry]]:
    begin = size = 0
    for index, entry in enumerate(entries):
        if index > begin and (size + len(entry.data) > PART_BYTES or index - begin == PART_ENTRIES):
            yield entries[begin:index]
            begin, size = index, 0
        size += len(entry.data)
    if entries:
        yield entries[begin:]


def _row(run_id: str, part: Sequence[Entry], head: str) -> RunArchive:
    size = sum(len(entry.data) + 1 for entry in part)
    return RunArchive(run_id=run_id, first=part[0].seq, last=part[-1].seq, head=head, size=size, blob=pack(part))


def event_type(data: bytes) -> str:
    """Return the type of the event in an entry."""
    return _links.decode(data).event.type


def ended_log(run_id: str, pages: Iterable[Sequence[Entry]], meta: Meta) -> EndedLog:
    """Return the whole log, verified; ``LogBrokenError`` when it is not what ``meta`` says."""
    log = EndedLog(run_id)
    for page in pages:
        log.take(page)
    log.close(meta)
    return log
