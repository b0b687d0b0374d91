"""What synchronous code (Django views, management commands, threads) does with runs in Redis.

Every function takes a client from ``connections.sync_client`` and raises ``StreamsUnavailableError`` when Redis
is away.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agentcluster.streams import keys
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.entries import Entry
from agentcluster.streams.errors import translated

PAGE = 1000
READY_FIELD = "r"
_META = ("epoch", "owner", "seq", "head", "status", "left", "due")


@dataclass(frozen=True, slots=True)
class Meta:
    """How a run stands in Redis: ``seq`` 0 means that nothing has happened yet; ``owner`` may be empty."""

    epoch: int = 0
    owner: str = ""
    seq: int = 0
    head: str = ""
    status: str = "open"
    left: str = ""
    """``parked``, ``hinted`` (roused after that), ``handed over``, ``seeded``; empty while it has an owner."""
    due: int = 0
    """Of a parked run: when (ms) it is roused by time alone."""


def add_hints(client: SyncClient, requests: Iterable[bytes], *, priority: str = "normal") -> int:
    """Put run requests (JSON) on the stream of hints of ``priority`` in one round trip; return how many."""
    return add_mixed_hints(client, ((priority, request) for request in requests))


def add_mixed_hints(client: SyncClient, requests: Iterable[tuple[str, bytes]]) -> int:
    """As ``add_hints``, for requests of several priorities (priority, JSON)."""
    with translated():
        pipeline = client.pipeline(transaction=False)
        for priority, request in requests:
            pipeline.xadd(keys.READY_BY_PRIORITY[priority], {READY_FIELD: request})
        return len(pipeline.execute())


def read_log(client: SyncClient, run_id: str, after: int = 0, limit: int = PAGE) -> list[Entry]:
    """Return at most ``limit`` entries of the run's log above ``after``."""
    with translated():
        reply: Any = client.xrange(keys.log(run_id), f"{after + 1}-0", "+", count=limit)
    return [Entry(int(entry_id.partition(b"-")[0]), fields[b"e"]) for entry_id, fields in reply]


def iterate_log(client: SyncClient, run_id: str, after: int = 0) -> Iterator[Entry]:
    """Yield all entries of the run's log above ``after``, page by page."""
    while page := read_log(client, run_id, after):
        yield from page
        after = page[-1].seq


def read_metas(client: SyncClient, run_ids: Sequence[str]) -> list[Meta | None]:
    """Return how each run stands, None where Redis knows nothing of it, in one round trip."""
    with translated():
        pipeline = client.pipeline(transaction=False)
        for run_id in run_ids:
            pipeline.hmget(keys.meta(run_id), *_META)
        return [_meta(reply) for reply in pipeline.execute()]


def forget(client: SyncClient, run_ids: Sequence[str]) -> None:
    """Delete all that Redis keeps of finished runs, for good, page by page."""
    with translated():
        for start in range(0, len(run_ids), PAGE):
            pipeline = client.pipeline(transaction=False)
            for run_id in run_ids[start : start + PAGE]:
                pipeline.unlink(keys.log(run_id), keys.meta(run_id), keys.inbox(run_id))
            pipeline.execute()


def read_workers(client: SyncClient) -> dict[str, int]:
    """Return the counter of each engine worker (see ``keys.WORKERS``)."""
    with translated():
        counters: Any = client.hgetall(keys.WORKERS)
    return {worker.decode(): int(count) for worker, count in counters.items()}


def _meta(values: list[bytes | None]) -> Meta | None:
    if values[0] is None:
        return None
    epoch, owner, seq, head, status, left, due = [(value or b"").decode() for value in values]
    return Meta(int(epoch), owner, int(seq or 0), head, status or "open", left, int(due or 0))
