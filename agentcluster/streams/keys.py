"""Every Redis key, in one place. The keys of one run share a hash tag, so a Redis Cluster keeps them together."""

from typing import Final

READY: Final = "runs:ready"
GROUP: Final = "engine"
WORKERS: Final = "workers"
REAPER: Final = "engine:reaper"


def log(run_id: str) -> str:
    """The stream of a run's events."""
    return f"run:{{{run_id}}}:log"


def meta(run_id: str) -> str:
    """The hash that fences the log: epoch, owner, seq, head, status."""
    return f"run:{{{run_id}}}:meta"


def inbox(run_id: str) -> str:
    """The stream of commands for a run."""
    return f"run:{{{run_id}}}:inbox"


def wake(worker: str) -> str:
    """The stream that tells a worker which of its runs has something in the inbox."""
    return f"worker:{worker}:wake"


def call(call_id: str) -> str:
    """The kept reply of a call."""
    return f"call:{call_id}"
