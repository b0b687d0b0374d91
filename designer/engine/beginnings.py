"""How a run begins in this worker: its first event, and the calls in flight that an earlier owner has made."""

from designer.domain import events as ev
from designer.domain.graph import IntentNode
from designer.domain.run import PendingCall, Run
from designer.engine.request import RunRequest


def first_event(request: RunRequest, worker: str) -> ev.RunStarted:
    """Return the event that begins the log of an accepted run."""
    return ev.RunStarted(
        run_id=request.run_id,
        workflow_id=request.workflow_id,
        version_id=request.version_id,
        input=request.input,
        started_by=request.started_by,
        trace_id=request.trace_id,
        worker=worker,
        trigger=request.trigger,
        priority=request.priority,
        origin=request.origin,
    )


def call_in_flight(run: Run, started: ev.StepStarted) -> PendingCall:
    """Return the call that ``started`` tells of, as it was made (perhaps by an earlier run of a chain, whose key it keeps)."""
    node = run.steps[started.step].node.node
    return PendingCall(
        step=started.step,
        agent=started.agent,
        version=started.version,
        attempt=started.attempt,
        call_id=started.call_id,
        idempotency_key=started.call_id.rpartition("/")[0],
        input=started.input,
        timeout_s=getattr(node, "timeout_s", None),
        ready_at=started.ready_at,
        priority=run.started.priority if run.started else "normal",
        intent=node if isinstance(node, IntentNode) else None,
        cache=getattr(node, "cache", None),
        heartbeat_timeout_s=getattr(node, "heartbeat_timeout_s", None),
    )
