"""Accept a run: checked, written down, then handed to the engine (docs/wire.md, architecture's click path)."""

from typing import Any

from django.contrib.auth.models import User

from agentcluster.ids import new_trace_id
from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions.new_runs import accept, digest_of, earlier
from designer.actions.run_input import checked_input
from designer.actions.versions import chosen_version, startable
from designer.domain.policies import Priority
from designer.models import Run, Workflow


def start_run(
    user: User,
    workflow: Workflow,
    value: Any,
    *,
    version: int | str | None = None,
    labels: dict[str, str] | None = None,
    idempotency_key: str = "",
    priority: Priority | None = None,
    trigger: str = "",
) -> tuple[Run, bool]:
    """Start a run of ``version`` (a number, ``"draft"``, or None: the newest published); True when it is a new one.

    The same key with the same request returns the first run, with False. Without ``priority`` the workflow's own counts;
    ``trigger`` says what started it when that was no person or program.

    Raises:
        ForbiddenError: the user may not start runs in the project.
        NotPublishedError, NotFoundError: there is no such version.
        GraphProblemsError: the graph cannot run.
        InvalidInputError: the input does not fit the start schema.
        IdempotencyKeyReusedError: the key stands for another request.
        StreamsUnavailableError: Redis is away; no run was made.
    """
    permissions.require(user, Action.RUN, workflow.project)
    request = request_digest(value, version, labels, priority)
    if (first := earlier(workflow.pk, idempotency_key, request)) is not None:
        return first, False
    chosen = chosen_version(user, workflow, version)
    start = startable(chosen)
    run = Run(
        project=workflow.project,
        workflow=workflow,
        version=chosen,
        input=checked_input(start.schema, value, workflow.project),
        labels=labels or {},
        priority=priority or start.priority,
        trigger=trigger,
        trace_id=new_trace_id(),
        idempotency_key=idempotency_key or None,
        request_digest=request,
        steps_total=start.steps_total,
        created_by=user,
    )
    return accept(run, "run.start", {"version": chosen.number, **({"trigger": trigger} if trigger else {})})


def request_digest(
    value: Any, version: int | str | None, labels: dict[str, str] | None, priority: Priority | None
) -> str:
    """Return the digest of a start; a priority counts only where one was asked for."""
    return digest_of(value, version, labels or {}, *([priority] if priority else []))
