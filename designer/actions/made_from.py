"""A new run made from another: its row, and the first events of its log."""

from collections.abc import Sequence
from typing import Any

import msgspec
from django.contrib.auth.models import User

from agentcluster.ids import new_trace_id
from designer.domain.events import Event, Origin, RunStarted
from designer.models import Run


def made_from(run: Run, user: User, origin: dict[str, Any], digest: str, key: str, **changes: Any) -> Run:
    """Return a row like that of ``run`` for a new one, not saved; ``changes`` are other columns."""
    columns = {
        "project": run.project,
        "workflow": run.workflow,
        "version": run.version,
        "input": run.input,
        "labels": run.labels,
        "priority": run.priority,
        "steps_total": run.steps_total,
    }
    return Run(
        **(columns | changes),
        origin=origin,
        trace_id=new_trace_id(),
        idempotency_key=key or None,
        request_digest=digest,
        created_by=user,
    )


def begun_as(run: Run, events: Sequence[Event]) -> list[Event]:
    """Return the events of another run as the beginning of this one's log: the first one names this run."""
    first, *rest = events
    if not isinstance(first, RunStarted):
        raise ValueError("a log begins with run_started")
    begun = msgspec.structs.replace(
        first,
        run_id=run.pk,
        started_by=run.created_by.get_username() if run.created_by else "",
        trace_id=run.trace_id,
        trigger=run.trigger,
        worker="",
        priority=run.priority,
        origin=msgspec.convert(run.origin, Origin),
        begun_at=0,
    )
    return [begun, *rest]
