"""Every Redis key, in one place. The keys of one run share a hash tag."""

from typing import Final

READY: Final = "runs:ready"
READY_BY_PRIORITY: Final = {"high": f"{READY}:high", "normal": READY, "low": f"{READY}:low"}
"""The streams of hints, the most urgent first."""
TIMERS: Final = "runs:timers"
GATES: Final = "gates"
GROUP: Final = "engine"
WORKERS: Final = "workers"
REAPER: Final = "engine:reaper"


def log(run_id: str) -> str:
    """The stream of a run's events."""
    return f"run:{{{run_id}}}:log"


def meta(run_id: str) -> str:
    """The hash that fences the log: epoch, owner, seq, head, status; and how the run was left (``docs/wire.md``)."""
    return f"run:{{{run_id}}}:meta"


def inbox(run_id: str) -> str:
    """The stream of commands for a run."""
    return f"run:{{{run_id}}}:inbox"


def seed(run_id: str, nonce: str) -> str:
    """The first events of a run made from another one, while they are being written; expires when they never are."""
    return f"run:{{{run_id}}}:seed:{nonce}"


def gate(workflow_id: str, digest: str) -> str:
    """The sorted set of runs inside and before a concurrency limit; ``digest`` is that of the limit's key."""
    return f"gate:{{{workflow_id}}}:{digest}"


def wake(worker: str) -> str:
    """The stream that tells a worker which of its runs has something in the inbox."""
    return f"worker:{worker}:wake"


def call(call_id: str) -> str:
    """The kept reply of a call."""
    return f"call:{call_id}"


def memory(space: str, part: str, name: str = "") -> str:
    """Part of a space of shared memory: ``keys`` (its index), a ``value``, a ``list``, or the mark of an append (``once``)."""
    return f"memory:{{{space}}}:{part}:{name}" if name else f"memory:{{{space}}}:{part}"


def cache(digest: str) -> str:
    """The kept output of a call; ``digest`` is of what equal calls have in common."""
    return f"cache:{digest}"


def tasks(agent: str) -> str:
    """The stream of an agent's tasks at work: its consumer group ``instances`` tells each instance's load (C9)."""
def task(call_id: str) -> str:
    """The digest of the request a task's call id stands for."""
    return f"task:{call_id}"


    return f"agent:{{{agent}}}:tasks"


def dead_letters(agent: str) -> str:
    """The stream of an agent's tasks that failed for good (C10)."""
    return f"dlq:{{{agent}}}"
