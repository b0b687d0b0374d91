"""Logs that begin with events made elsewhere: written in pages to a key of their own, made the run's log in one step."""

import asyncio
import os
from collections.abc import Iterator, Sequence
from typing import Any, Final

from agentcluster.streams import keys
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.errors import ClosedError, FencedError, SequenceError, translated
from agentcluster.streams.functions import call_many
from agentcluster.streams.run_log import RunLog

PAGE: Final = 500
EXPIRES_S: Final = 3600
NOT_WHOLE: Final = -5
_REFUSALS: Final = {-1: FencedError, -2: SequenceError, -3: ClosedError}
_Command = tuple[Any, ...]


def _pages(key: str, entries: Sequence[bytes]) -> Iterator[list[_Command]]:
    for start in range(0, len(entries), PAGE):
        page = entries[start : start + PAGE]
        commands: list[_Command] = [("XADD", key, f"{seq}-0", "e", entry) for seq, entry in enumerate(page, start + 1)]
        yield [*commands, ("EXPIRE", key, EXPIRES_S)]


def sow(client: SyncClient, run_id: str, entries: Sequence[bytes], head: str, last_command: int) -> bool:
    """Give a new run the log ``entries`` (epoch 1, seq from 1); False when it has a log already.

    ``head`` is the hash of the last entry, ``last_command`` the number before the dash of the largest inbox id in it.
    Raises ``StreamsUnavailableError``: then nothing was made.
    """
    names = (keys.log(run_id), keys.meta(run_id), keys.inbox(run_id))
    while True:
        key = keys.seed(run_id, os.urandom(6).hex())
        with translated():
            for page in _pages(key, entries):
                pipeline = client.pipeline(transaction=False)
                for command in page:
                    pipeline.execute_command(*command)  # type: ignore[no-untyped-call]
                pipeline.execute(raise_on_error=False)
            (code,) = call_many(client, [("ac_run_seed_2", 4, *names, key, len(entries), head, last_command)])
        if code != NOT_WHOLE:
            return bool(code)


async def continue_as(
    log: RunLog,
    run_id: str,
    end: tuple[int, int, str, str, bytes],
    next_id: str,
    seed: tuple[Sequence[bytes], str],
    *,
    hint: bytes,
    priority: str,
    answered: str,
) -> None:
    """End a run and open the one it goes on as, in one step.

    ``end``: epoch, seq and head before, head after, and the terminal entry of the run; ``seed``: entries of the next run
    and the hash of the last. What waits in the inbox behind ``answered``, and the place behind a concurrency limit, go
    over. Raises ``FencedError``, ``SequenceError``, ``ClosedError``.
    """
    entries, head = seed
    names = [name(run) for run in (run_id, next_id) for name in (keys.log, keys.meta, keys.inbox)]
    to = keys.READY_BY_PRIORITY[priority]
    while True:
        key = keys.seed(next_id, os.urandom(6).hex())
        for page in _pages(key, entries):
            await asyncio.gather(*(log.command(*command) for command in page))
        code = await log.call("ac_run_continue_2", (*names, key), *end, len(entries), head, hint, to, answered)
        if code == NOT_WHOLE:
            continue
        if code < 0:
            raise _REFUSALS[code](run_id=run_id)
        return
