"""The log of a run: fenced, gapless, hash-chained, committed in groups.

The fence itself is ``run_log.lua``, Redis functions. All calls of a process go through one ``BatchWriter``; while Redis is
away they wait and try again, and a call that had in fact been carried out is recognised, not doubled.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from redis.backoff import ExponentialWithJitterBackoff

from agentcluster.streams import keys
from agentcluster.streams.batch import Argument, BatchWriter
from agentcluster.streams.entries import Entry, entries_of, entry_hash
from agentcluster.streams.errors import ClosedError, CommandError, FencedError, SequenceError, StreamsUnavailableError
from agentcluster.streams.functions import LIBRARY, MISSING

_REFUSALS: Final = {-1: FencedError, -2: SequenceError, -3: ClosedError}
_BACKOFF: Final = ExponentialWithJitterBackoff(base=0.05, cap=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """What came of a claim: ``granted`` or not, and how the run stands.

    ``status`` is ``open`` or the type of the terminal event; ``previous`` is the owner before; ``written`` says that
    the log was empty and now holds the given first entries; ``inbox`` counts waiting commands. ``left`` says how the run
    was left on purpose (``parked``, ``hinted`` after that, ``handed over``, ``seeded``), ``gate`` is the key of the
    concurrency limit it has asked for a place behind.
    """

    granted: bool
    epoch: int
    seq: int
    head: str
    status: str
    previous: str
    written: bool
    inbox: int
    left: str = ""
    gate: str = ""

    @property
    def terminal(self) -> bool:
        """Whether the run has ended."""
        return self.status != "open"


class RunLog:
    """Claims, appends to, reads and releases runs, on a shared writer."""

    def __init__(self, writer: BatchWriter) -> None:
        """Use ``writer`` for everything."""
        self._writer = writer
        self._loading: asyncio.Future[Any] | None = None

    async def claim(self, run_id: str, owner: str, *, dead: Sequence[str] = (), first: Sequence[bytes] = ()) -> Claim:
        """Become the owner (epoch + 1) of a run that has none, is ours already, or whose owner is one of ``dead``.

        ``first`` are the entries (epoch 1, seq from 1) for a log that is still empty; with commands waiting in the inbox
        they are not written, since those may change what comes first.
        """
        head = entry_hash(first[-1]) if first else ""
        reply = await self._call("ac_run_claim_2", run_id, owner, len(dead), *dead, head, *first)
        granted, epoch, seq, found, status, previous, written, inbox, left, gate = reply
        return Claim(
            bool(granted),
            epoch,
            seq,
            found.decode(),
            status.decode(),
            previous.decode(),
            bool(written),
            inbox,
            left.decode(),
            gate.decode(),
        )

    async def append(
        self, run_id: str, epoch: int, seq: int, heads: tuple[str, str], entries: Sequence[bytes], *, terminal: str = ""
    ) -> None:
        """Add ``entries`` (seq + 1 …) after the entry with number ``seq``.

        ``heads`` are the hashes of that entry and of the last one of ``entries``; ``terminal`` is the type of the
        terminal event when the last entry is one. Raises ``FencedError`` for a stale owner, ``SequenceError`` for a gap
        or another history, ``ClosedError`` after a terminal event.
        """
        code = await self._call("ac_run_append_2", run_id, epoch, seq, *heads, terminal, *entries)
        if code < 0:
            raise _REFUSALS[code](run_id=run_id)

    async def release(self, run_id: str, epoch: int) -> bool:
        """Give the run up so that another worker may claim it at once; False when it was not ours any more."""
        return bool(await self._call("ac_run_release_2", run_id, epoch))

    async def read(self, run_id: str, after: int = 0, limit: int = 1000) -> list[Entry]:
        """Return at most ``limit`` entries with a sequence number above ``after``."""
        return entries_of(await self.command("XRANGE", keys.log(run_id), f"{after + 1}-0", "+", "COUNT", limit))

    async def command(self, *args: Argument) -> Any:
        """Send any repeatable command, waiting while Redis is away."""
        failures = 0
        while True:
            try:
                return await self._writer.execute(*args)
            except StreamsUnavailableError:
                if self._writer.closed:
                    raise
                failures += 1
                await asyncio.sleep(_BACKOFF.compute(failures))

    async def call(self, function: str, names: Sequence[Argument], *args: Argument) -> Any:
        """Call a repeatable function with the keys ``names``, waiting while Redis is away."""
        while True:
            try:
                return await self.command("FCALL", function, len(names), *names, *args)
            except CommandError as error:
                if MISSING not in error.message:
                    raise
                await self._load()

    async def call_once(self, function: str, names: Sequence[Argument], *args: Argument) -> Any:
        """Call a function that must not be repeated; ``StreamsUnavailableError``: it may or may not have been carried out."""
        while True:
            try:
                return await self._writer.execute("FCALL", function, len(names), *names, *args)
            except CommandError as error:
                if MISSING not in error.message:
                    raise
                await self._load()

    async def _call(self, function: str, run_id: str, *args: Argument) -> Any:
        return await self.call(function, (keys.log(run_id), keys.meta(run_id), keys.inbox(run_id)), *args)

    async def _load(self) -> None:
        if self._loading is None:
            self._loading = asyncio.ensure_future(self.command("FUNCTION", "LOAD", "REPLACE", LIBRARY))
            self._loading.add_done_callback(self._loaded)
        await asyncio.shield(self._loading)

    def _loaded(self, _: "asyncio.Future[Any]") -> None:
        self._loading = None
