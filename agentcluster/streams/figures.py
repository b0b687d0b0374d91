"""What Redis says about itself: how much memory is used, and how much of what stands in it."""

from collections.abc import Iterable, Mapping
from itertools import chain, islice
from typing import Any, Final, NamedTuple

from agentcluster.streams import keys
from agentcluster.streams.connections import SyncClient
from agentcluster.streams.errors import translated
from agentcluster.streams.retention import RATE, SCAN

WARN_SHARE: Final = 0.75
JOBS: Final = "jobs"
"""The list in which Celery's broker keeps the messages of the queue ``jobs``."""


class Memory(NamedTuple):
    """Bytes used and allowed; without a limit of its own the machine's memory is one."""

    used: int
    most: int | None

    @property
    def share(self) -> float | None:
        """The part that is used, 0 to 1; None when no limit is known."""
        return round(self.used / self.most, 4) if self.most else None


class Counts(NamedTuple):
    """How many keys, parked runs, hints, waiting jobs there are, and how many runs were archived in the last minute.

    ``tasks`` are the calls at work in the agents' streams, ``dead_letters`` the entries of theirs.
    """

    keys: int
    parked: int
    ready: int
    jobs: int
    archived_lately: int
    tasks: int
    dead_letters: int


class RunStreams(NamedTuple):
    """How many runs Redis has a log of, and how many have an inbox."""

    logs: int
    inboxes: int


def memory(client: SyncClient) -> Memory:
    """Return how full Redis is."""
    with translated():
        return memory_of(client.info("memory"))


def memory_of(info: Mapping[str, Any]) -> Memory:
    """Return what the section ``memory`` of INFO says."""
    most = int(info.get("maxmemory", 0)) or int(info.get("total_system_memory", 0))
    return Memory(int(info["used_memory"]), most or None)


def counts(client: SyncClient) -> Counts:
    """Return what stands in Redis, in two round trips."""
    with translated():
        pipeline = client.pipeline(transaction=False)
        pipeline.dbsize()
        pipeline.zcard(keys.TIMERS)
        pipeline.llen(JOBS)
        pipeline.get(RATE)
        pipeline.smembers(keys.TASK_AGENTS)
        pipeline.smembers(keys.DEAD_LETTER_AGENTS)
        size, parked, jobs, lately, working, failing = pipeline.execute()
        ready = keys.READY_BY_PRIORITY.values()
        tasks = [keys.tasks(agent.decode()) for agent in working]
        letters = [keys.dead_letters(agent.decode()) for agent in failing]
        hints, calls, dead = _lengths(client, ready, tasks, letters)
    return Counts(size, parked, hints, jobs, int(lately or 0), calls, dead)


def run_streams(client: SyncClient) -> RunStreams:
    """Count what Redis really holds of runs. Goes through all keys: ask once a minute at most."""
    (before, log), (_, inbox) = keys.log("*").split("*"), keys.inbox("*").split("*")
    logs = inboxes = 0
    with translated():
        for key in client.scan_iter(match=f"{before}*", count=SCAN, _type="stream"):
            logs += key.endswith(log.encode())
            inboxes += key.endswith(inbox.encode())
    return RunStreams(logs, inboxes)


def _lengths(client: SyncClient, *groups: Iterable[str]) -> list[int]:
    """Return how many entries the streams of each group have in all, in one round trip."""
    named = [[*group] for group in groups]
    pipeline = client.pipeline(transaction=False)
    for stream in chain(*named):
        pipeline.xlen(stream)
    lengths = iter(pipeline.execute())
    return [sum(islice(lengths, len(names))) for names in named]
