"""A run's place behind its workflow's concurrency limit, asked for before its first step."""

from typing import Any

from agentcluster.streams import gate, keys
from agentcluster.streams.gate import Entry
from agentcluster.streams.run_log import RunLog
from agents.domain.calls import CallError
from designer.domain import events as ev
from designer.domain.plan import Plan
from designer.domain.run import Run
from designer.domain.values import as_text


def is_limited(plan: Plan) -> bool:
    """Return whether only so many runs of this workflow may go on at a time."""
    return plan.graph.settings.concurrency is not None


async def ask_for_place(log: RunLog, run: Run, epoch: int, now: int) -> list[ev.Event]:
    """Return what becomes of a run that wants to begin: nothing (it may), it waits its turn, or it fails.

    Raises ``FencedError`` and ``ClosedError``. Asking again, by the run's next owner, gives the same answer.
    """
    limit, started = run.plan.graph.settings.concurrency, run.started
    if limit is None or started is None:
        return []
    try:
        key: Any = run.plan.concurrency_key(run.root.scope) if run.plan.concurrency_key else ""
    except Exception as error:
        message = f"The key of the workflow's concurrency limit cannot be worked out: {error}"
        return run.abort(CallError("concurrency_key", message), now)
    name = keys.gate(started.workflow_id, gate.digest(key))
    entry = await gate.enter(
        log,
        name,
        started.run_id,
        epoch,
        limit=limit.limit,
        priority=started.priority,
        full=limit.full,
        whole=(keys.gate_of_all(started.workflow_id), limit.total) if limit.total else None,
    )
    if entry is Entry.INSIDE:
        return []
    of_all = entry in (Entry.WAITING_FOR_ALL, Entry.REFUSED_FOR_ALL)
    shown, most = ("", limit.total or 0) if of_all else (as_text(key), limit.limit)
    if entry in (Entry.WAITING, Entry.WAITING_FOR_ALL):
        return run.queue(shown, most, now)
    what = f"for “{shown}” " if shown else ""
    message = f"The workflow allows {most} at a time {what}and refuses more while they go on."
    return run.abort(CallError("concurrency_limit", message), now)
