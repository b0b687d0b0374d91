"""Tasks that failed for good become dead letters (features C10), before the event that says so is durable.

Written first, and once per call whoever writes it, a dead letter is neither lost nor doubled by a worker that dies between.
"""

from collections.abc import Sequence
from typing import Final

import msgspec

from agentcluster.streams import dead_letters
from agentcluster.streams.run_log import RunLog
from designer.domain import events as ev
from designer.domain.run import Run
from designer.domain.state import StepState

DELIVERIES: Final = 3
"""A task that was given to instances so often, and failed for good, is a dead letter."""


async def bury(log: RunLog, run: Run, events: Sequence[ev.Event], now: int) -> None:
    """Write down the tasks that ``events``, about to be appended, end as failed; waits while Redis is away."""
    for event in events:
        if isinstance(event, ev.StepFailed) and not event.retry_at:
            state = run.steps[event.step]
            if state.started is not None and state.deliveries >= DELIVERIES:
                await dead_letters.bury(
                    log, state.started.agent, state.started.call_id, _fields(run, state, event, now)
                )


def _fields(run: Run, state: StepState, event: ev.StepFailed, now: int) -> dict[str, str | bytes | int]:
    started, begun = state.started, run.started
    assert started is not None
    return {
        "error_code": event.error.code,
        "message": event.error.message,
        "original_id": started.call_id,
        "retries": state.deliveries,
        "run_id": begun.run_id if begun else "",
        "workflow_id": begun.workflow_id if begun else "",
        "step": event.step,
        "agent": started.agent,
        "version": started.version,
        "instance": started.instance,
        # Values of over 64 KB are references in events already.
        "input": msgspec.json.encode(started.input),
        "at": now,
    }
