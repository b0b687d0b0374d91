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
TASK_AGENTS: Final = "tasks:agents"
"""The names of all agents with a stream of tasks."""
TASK_SWEEPER: Final = "tasks:sweeper"
"""The worker that looks for tasks nobody waits for; expires."""
WAITING: Final = "tasks:waiting"
"""The engine workers in which calls wait for room at an instance."""
DEAD_LETTER_AGENTS: Final = "dlq:agents"
"""The names of all agents with dead letters."""
BREAKERS: Final = "breakers"
"""Where each circuit breaker stands that has ever changed, by ``agent@version``: its number, a space, JSON."""
BREAKER_CHANGES: Final = "breakers:changes"
"""The stream of their changes, about the last 10,000."""
BREAKER_FIGURES: Final = "breakers:figures"
"""What each engine worker has seen of an agent version lately, by ``worker agent@version``."""


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


def gate_of_all(workflow_id: str) -> str:
    """The gate of all runs of a workflow, behind those of its keys."""
    return gate(workflow_id, "all")


def wake(worker: str) -> str:
    """The stream that tells a worker which of its runs has something in the inbox."""
    return f"worker:{worker}:wake"


def call(call_id: str) -> str:
    """The kept reply of a call."""
    return f"call:{call_id}"


def task(call_id: str) -> str:
    """The digest of the request a task's call id stands for."""
    return f"task:{call_id}"


def memory(space: str, part: str, name: str = "") -> str:
    """Part of a space of shared memory: ``keys`` (its index), a ``value``, a ``list``, or the mark of an append (``once``)."""
    return f"memory:{{{space}}}:{part}:{name}" if name else f"memory:{{{space}}}:{part}"


def cache(digest: str) -> str:
    """The kept output of a call; ``digest`` is of what equal calls have in common."""
    return f"cache:{digest}"


def tasks(agent: str) -> str:
    """The stream of an agent's tasks at work: its consumer group ``instances`` tells each instance's load (C9)."""
    return f"agent:{{{agent}}}:tasks"


def waiting(worker: str) -> str:
    """How many calls of which agent version wait in a worker; expires unless it says it again."""
    return f"tasks:waiting:{worker}"


def dead_letters(agent: str) -> str:
    """The stream of an agent's tasks that failed for good (C10)."""
    return f"dlq:{{{agent}}}"


def dead_letter_calls(agent: str) -> str:
    """The hash of an agent's dead letters by call id: one call is put there once."""
    return f"dlq:{{{agent}}}:calls"


def dead_letter_counts(agent: str) -> str:
    """The hash of how many dead letters an agent has, by workflow."""
    return f"dlq:{{{agent}}}:counts"


def redriven(agent: str) -> str:
    """The hash of the runs that an agent's dead letters were given to again, by their id."""
    return f"dlq:{{{agent}}}:redriven"


PRESENT: Final = "present"
"""The set of the processes that say how they stand; what each says expires unless it says it again."""


def present(process: str) -> str:
    """What a process says of itself."""
    return f"present:{process}"


BUCKETS: Final = "limit"
"""Token buckets that all processes share, as ``limit:v1:gcra:<name>``."""


REJECTED: Final = "contracts:rejected"
"""The hash of how many messages of each contract were rejected."""


def rejected(contract: str) -> str:
    """The stream of the newest messages of a contract that were rejected."""
    return f"contracts:{{{contract}}}:rejected"
