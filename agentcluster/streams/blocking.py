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
INBOX_FIELD = "c"


@dataclass(frozen=True, slots=True)
class Meta:
    """How a run stands in Redis: ``seq`` 0 means that nothing has happened yet; ``owner`` may be empty."""

    epoch: int = 0
    owner: str = ""
    seq: int = 0
    head: str = ""
    status: str = "open"


def add_hints(client: SyncClient, requests: Iterable[bytes]) -> int:
    """Put run requests (JSON) on ``runs:ready`` in one round trip; return how many."""
    with translated():
        pipeline = client.pipeline(transaction=False)
        for request in requests:
            pipeline.xadd(keys.READY, {READY_FIELD: request})
        return len(pipeline.execute())


def send_command(client: SyncClient, run_id: str, command: bytes) -> None:
    """Put a command (JSON) into the run's inbox, then wake the owner; where there is none yet, the next one reads it."""
    with translated():
        client.xadd(keys.inbox(run_id), {INBOX_FIELD: command})
        owner = client.hget(keys.meta(run_id), "owner")
        if owner:
            worker = owner.decode() if isinstance(owner, bytes) else str(owner)
            client.xadd(keys.wake(worker), {"run": run_id}, maxlen=10_000, approximate=True)


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
            pipeline.hmget(keys.meta(run_id), "epoch", "owner", "seq", "head", "status")
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
    epoch, owner, seq, head, status = values
    if epoch is None:
        return None
    return Meta(
        int(epoch), (owner or b"").decode(), int(seq or 0), (head or b"").decode(), (status or b"open").decode()
    )
