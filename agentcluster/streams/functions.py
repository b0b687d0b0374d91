"""The Redis functions that decide about runs, in one library: what several clients race for is settled in the server.

A function's number rises with its meaning, so that workers of two releases can run side by side. Functions also touch
keys they find by the data (the runs behind a gate, a worker's wake stream): they need one server, with or without
Sentinel, not a Redis Cluster.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from redis.exceptions import ResponseError

from agentcluster.streams import keys
from agentcluster.streams.batch import Argument
from agentcluster.streams.connections import SyncClient

_PARTS: Final = ("inbox", "gate", "run_log", "seed", "ready", "tasks", "dead_letters")
_HEADER: Final = (
    f"#!lua name=agentcluster_runs_2\nlocal READY, TIMERS, GATES = '{keys.READY}', '{keys.TIMERS}', '{keys.GATES}'\n"
    f"local TASKS, DEAD_LETTERS = '{keys.TASK_AGENTS}', '{keys.DEAD_LETTER_AGENTS}'\n"
)
LIBRARY: Final = _HEADER + "".join((Path(__file__).parent / f"{part}.lua").read_text() for part in _PARTS)
MISSING: Final = "Function not found"


def call_many(client: SyncClient, calls: Sequence[tuple[Argument, ...]]) -> list[Any]:
    """Send function calls (``FCALL``'s arguments) in one round trip and return their replies; errors are redis-py's.

    Where the library is not there yet (a new or emptied server) it is loaded, and what found nothing is sent again.
    """
    replies = _send(client, calls)
    missing = [
        index for index, reply in enumerate(replies) if isinstance(reply, ResponseError) and MISSING in str(reply)
    ]
    if missing:
        client.function_load(LIBRARY, replace=True)
        for index, reply in zip(missing, _send(client, [calls[index] for index in missing]), strict=True):
            replies[index] = reply
    for reply in replies:
        if isinstance(reply, Exception):
            raise reply
    return replies


def _send(client: SyncClient, calls: Sequence[tuple[Argument, ...]]) -> list[Any]:
    pipeline = client.pipeline(transaction=False)
    for call in calls:
        pipeline.execute_command("FCALL", *call)  # type: ignore[no-untyped-call]
    return pipeline.execute(raise_on_error=False)
