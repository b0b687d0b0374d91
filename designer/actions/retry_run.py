"""Try a run that failed again, from where it failed."""

from collections.abc import Sequence

from django.contrib.auth.models import User

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions.made_from import begun_as, made_from
from designer.actions.new_runs import accept, digest_of, earlier, origin_of
from designer.actions.past import records_of
from designer.actions.run_errors import NotFailedError
from designer.domain.events import Event
from designer.domain.fork import retried
from designer.engine.versions import load_plan
from designer.models import Run, RunStatus

RETRYABLE = (RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.TERMINATED)


def retry_run(user: User, run: Run, reason: str = "", *, idempotency_key: str = "") -> tuple[Run, bool]:
    """Make a new run with the same version and input that takes over what was completed; True when it is a new one.

    Raises:
        ForbiddenError: the user may not start runs in the project.
        NotFailedError: the run goes on, or ended well.
        LogGoneError: its log was pruned.
        IdempotencyKeyReusedError: the key stands for another request.
        StreamsUnavailableError: Redis is away; no run was made.
    """
    permissions.require(user, Action.RUN, run.project)
    digest = digest_of("retry", run.pk)
    if (first := earlier(run.workflow_id, idempotency_key, digest)) is not None:
        return first, False
    if run.status not in RETRYABLE:
        raise NotFailedError(
            f"Only a run that failed, was cancelled or was terminated can be tried again; this one is {run.status}.",
            run_status=run.status,
        )
    taken: Sequence[Event] = retried(load_plan(run.version_id), records_of(run))
    origin = origin_of("retry", run, user, reason, seq=run.cursor)
    new = made_from(run, user, origin, digest, idempotency_key)
    data = {"from": run.pk, "reason": reason}
    return accept(new, "run.retry", data, seed=lambda: begun_as(new, taken))
