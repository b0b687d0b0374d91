"""A run's side of the log: numbers and chains events, appends them, and knows where the log ends."""

from collections.abc import Sequence
from typing import Final

import msgspec

from agentcluster.streams import parking, seeds
from agentcluster.streams.entries import Entry, entry_hash
from agentcluster.streams.run_log import Claim, RunLog
from designer.domain.events import GENESIS, TERMINAL, Event, Record

PAGE: Final = 1000

_encoder: Final = msgspec.json.Encoder()
_decoder: Final = msgspec.json.Decoder(Record)


class Journal:
    """The end of one run's log as its owner sees it: ``epoch``, ``seq`` and ``head`` (hash of the last entry)."""

    __slots__ = ("_log", "epoch", "head", "run_id", "seq")

    def __init__(self, log: RunLog, run_id: str) -> None:
        """Begin with an empty log, as its first owner."""
        self._log, self.run_id = log, run_id
        self.epoch, self.seq, self.head = 1, 0, GENESIS

    def encode(self, events: Sequence[Event], now: int) -> tuple[list[bytes], str]:
        """Return the entries that ``events``, made at ``now`` (ms), would be next in the log, and the head after them."""
        return encode_records(events, seq=self.seq, epoch=self.epoch, head=self.head, now=now)

    async def claim(self, worker: str, *, dead: Sequence[str] = (), first: Sequence[bytes] = ()) -> Claim:
        """Become the owner, see ``RunLog.claim``; afterwards this journal stands at the end of the log."""
        claim = await self._log.claim(self.run_id, worker, dead=dead, first=first)
        self.epoch, self.seq, self.head = claim.epoch, claim.seq, claim.head
        return claim

    async def append(self, events: Sequence[Event], now: int) -> None:
        """Append; returns when the events are durable. Errors as of ``RunLog.append``."""
        entries, head = self.encode(events, now)
        last = events[-1]
        terminal = str(last.__struct_config__.tag) if isinstance(last, TERMINAL) else ""
        await self._log.append(self.run_id, self.epoch, self.seq, (self.head, head), entries, terminal=terminal)
        self.head = head
        self.seq += len(entries)

    async def continue_as(
        self,
        event: Event,
        now: int,
        next_id: str,
        seed: tuple[Sequence[bytes], str],
        *,
        hint: bytes,
        priority: str,
        answered: str,
    ) -> None:
        """Append ``event``, which ends the run, and open the run it goes on as; see ``seeds.continue_as``."""
        (entry,), head = self.encode([event], now)
        end = (self.epoch, self.seq, self.head, head, entry)
        await seeds.continue_as(
            self._log, self.run_id, end, next_id, seed, hint=hint, priority=priority, answered=answered
        )
        self.head = head
        self.seq += 1

    async def park(self, *, answered: str, due: int, rings: int, hint: str, priority: str) -> bool:
        """Leave the run until ``due`` (ms) or the next command, see ``parking.park``."""
        return await parking.park(
            self._log, self.run_id, self.epoch, answered=answered, due=due, rings=rings, hint=hint, priority=priority
        )

    async def records(self) -> list[Record]:
        """Return everything in the log up to where this journal stands."""
        found: list[Record] = []
        while len(found) < self.seq:
            page = await self._log.read(self.run_id, len(found), PAGE)
            if not page:
                break
            found.extend(_decoder.decode(entry.data) for entry in page)
        return found[: self.seq]

    async def release(self) -> None:
        """Let any other worker claim the run at once."""
        await self._log.release(self.run_id, self.epoch)


def encode_records(events: Sequence[Event], *, seq: int, epoch: int, head: str, now: int) -> tuple[list[bytes], str]:
    """Return the entries of ``events``, made at ``now`` (ms), after the one with ``seq`` and hash ``head``; and the new head."""
    entries = []
    for number, event in enumerate(events, seq + 1):
        entry = _encoder.encode(Record(number, now, epoch, head, event))
        head = entry_hash(entry)
        entries.append(entry)
    return entries, head


def decode_record(entry: Entry) -> Record:
    """Return the record in an entry of the log."""
    return _decoder.decode(entry.data)
