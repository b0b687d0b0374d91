"""How finished runs leave Redis, many at a time: read whole, then deleted only where nothing has changed since."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from redis.exceptions import ResponseError

from agentcluster.streams import keys
from agentcluster.streams.blocking import read_metas
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.entries import Entry
from agentcluster.streams.errors import translated

LIBRARY: Final = (Path(__file__).parent / "retention.lua").read_text()
MARK_S: Final = 600
"""How long Redis still knows that a run has ended once its log is gone; no hint and no worker sleeps longer."""
SCAN: Final = 1000
LEASE: Final = "archive:sweep"
RATE: Final = "archive:rate"

_RENEW: Final = "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('PEXPIRE',KEYS[1],ARGV[2]) end return 0"
_RELEASE: Final = "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0"


class Ended(NamedTuple):
    """A log that was archived: the run, the hash of its last entry and that entry's number."""

    run_id: str
    head: str
    seq: int


def read_logs(client: SyncClient, run_ids: Sequence[str], limit: int) -> list[list[Entry]]:
    """Return at most ``limit`` first entries of each run's log, in one round trip."""
    with translated():
        pipeline = client.pipeline(transaction=False)
        for run_id in run_ids:
            pipeline.xrange(keys.log(run_id), count=limit)
        return [
            [Entry(int(at.partition(b"-")[0]), fields[b"e"]) for at, fields in reply] for reply in pipeline.execute()
        ]


def weigh_logs(client: SyncClient, run_ids: Sequence[str]) -> list[int]:
    """Return about how many bytes Redis holds of each run's log, 0 where there is none, in one round trip."""
    with translated():
        pipeline = client.pipeline(transaction=False)
        for run_id in run_ids:
            pipeline.execute_command("MEMORY USAGE", keys.log(run_id))  # type: ignore[no-untyped-call]
        return [int(reply or 0) for reply in pipeline.execute()]


def forget_ended(client: SyncClient, logs: Sequence[Ended]) -> list[bool]:
    """Delete what Redis keeps of these runs; False where the run is open or its log is not the one archived."""
    with translated():
        try:
            return _forget(client, logs)
        except ResponseError as error:
            if "Function not found" not in str(error):
                raise
            client.execute_command("FUNCTION", "LOAD", "REPLACE", LIBRARY)  # type: ignore[no-untyped-call]
            return _forget(client, logs)


def known_runs(client: SyncClient, size: int) -> Iterator[list[str]]:
    """Yield the runs that Redis has something of, up to ``size`` at a time. Goes through all keys."""
    prefix, suffix = keys.meta("*").split("*")
    found: list[str] = []
    with translated():
        for key in client.scan_iter(match=keys.meta("*"), count=SCAN):
            found.append(key.decode().removeprefix(prefix).removesuffix(suffix))
            if len(found) == size:
                yield found
                found = []
    if found:
        yield found


def forget_any_ended(client: SyncClient, run_ids: Sequence[str]) -> int:
    """Delete what Redis keeps of these runs, whatever their logs hold; open ones stay. Return how many were deleted."""
    metas = zip(run_ids, read_metas(client, run_ids), strict=True)
    return sum(forget_ended(client, [Ended(run_id, meta.head, meta.seq) for run_id, meta in metas if meta is not None]))


def let_calls_expire(client: SyncClient, calls: Iterable[tuple[str, int]]) -> None:
    """Keep the results of these calls (ids) for so many seconds more at most (0: no longer): they stand in a log."""
    with translated():
        pipeline = client.pipeline(transaction=False)
        for call_id, seconds in calls:
            pipeline.execute_command("EXPIRE", keys.call(call_id), seconds, "LT")  # type: ignore[no-untyped-call]
        pipeline.execute()


def kept_values(client: SyncClient) -> Iterator[bytes]:
    """Yield what Redis keeps beside runs: kept outputs, shared memory, dead letters. Goes through all keys."""
    found: Any
    with translated():
        for key in client.scan_iter(match=keys.cache("*"), count=SCAN):
            found = client.get(key)
            yield found or b""
        for key in client.scan_iter(match=keys.memory("*", "value", "*"), count=SCAN):
            found = client.hget(key, "v")
            yield found or b""
        for key in client.scan_iter(match=keys.memory("*", "list", "*"), count=SCAN):
            found = client.xrange(key)
            yield b"".join(fields.get(b"v", b"") for _, fields in found)
        agents: Any = client.smembers(keys.DEAD_LETTER_AGENTS)
        for agent in agents:
            found = client.xrange(keys.dead_letters(agent.decode()))
            yield b"".join(fields.get(b"input", b"") for _, fields in found)


def take_lease(client: SyncClient, holder: str, ms: int) -> bool:
    """Become, or stay, the one who sweeps for the next ``ms``."""
    with translated():
        if client.set(LEASE, holder, nx=True, px=ms):
            return True
        return bool(client.eval(_RENEW, 1, LEASE, holder, str(ms)))


def give_lease_up(client: SyncClient, holder: str) -> None:
    """Let another one sweep at once."""
    with translated():
        client.eval(_RELEASE, 1, LEASE, holder)


def due(client: SyncClient, work: str, every_s: int) -> bool:
    """Say whether ``work`` was not begun by anybody in the last ``every_s`` seconds; from now on it was."""
    with translated():
        return bool(client.set(f"archive:begun:{work}", b"1", nx=True, ex=every_s))


def tell_rate(client: SyncClient, runs: int, seconds: int) -> None:
    """Say that so many runs were archived in the last ``seconds``."""
    with translated():
        client.set(RATE, runs, ex=seconds)


def _forget(client: SyncClient, logs: Sequence[Ended]) -> list[bool]:
    pipeline = client.pipeline(transaction=False)
    for run_id, head, seq in logs:
        names = (keys.log(run_id), keys.meta(run_id), keys.inbox(run_id))
        pipeline.execute_command("FCALL", "ac_run_forget_1", 3, *names, head, seq, MARK_S)  # type: ignore[no-untyped-call]
    return [bool(reply) for reply in pipeline.execute()]
