"""Tasks that failed for good become dead letters (features C10), before the event that says so is durable.

Written first, and once per call whoever writes it, a dead letter is neither lost nor doubled by a worker that dies between.
"""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from agentcluster import artifacts
from agentcluster.streams import dead_letters
from agentcluster.streams.run_log import RunLog
from agents.domain.calls import INLINE_LIMIT
from designer.domain import events as ev
from designer.domain.run import Run
from designer.domain.state import StepState

logger = logging.getLogger(__name__)

DELIVERIES: Final = 3
"""A task that was given to instances so often, and failed for good, is a dead letter."""


async def bury(log: RunLog, run: Run, events: Sequence[ev.Event], now: int) -> None:
    """Write down the tasks that ``events``, about to be appended, end as failed; waits while Redis is away."""
    for event in events:
        if isinstance(event, ev.StepFailed) and not event.retry_at:
            state = run.steps[event.step]
            if state.started is not None and state.deliveries >= DELIVERIES:
                fields = _fields(run, state, event, now)
                fields["input"] = await _bounded(state.started.input)
                await dead_letters.bury(log, state.started.agent, state.started.call_id, fields)


async def _bounded(value: Any) -> bytes:
    """Return the JSON of an input; of a large one a reference to it.

    Where the artifact store takes nothing (its disk is full, it is away) the input stays whole: it stands in the run's log
    as it is, so it has little more than 512 KB, and the step's own failure must not become one of the engine.
    """
    data = msgspec.json.encode(value)
    if len(data) <= INLINE_LIMIT:
        return data
    try:
        kept = await asyncio.to_thread(artifacts.put_bytes, data, "application/json", "input.json")
    except Exception as error:
        # Each kind of storage has errors of its own.
        logger.warning(
            "a dead letter holds its input of %d bytes itself: storing it apart failed: %r", len(data), error
        )
        return data
    return msgspec.json.encode(kept.to_value())


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
        "at": now,
    }
