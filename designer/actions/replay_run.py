"""Run once more with the same input, from the beginning."""

from django.contrib.auth.models import User

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions.made_from import made_from
from designer.actions.new_runs import accept, digest_of, earlier, origin_of
from designer.actions.run_input import checked_input, whole_input
from designer.actions.validation import require_valid
from designer.actions.versions import chosen_version, startable
from designer.models import Run, WorkflowVersion


def replay_run(
    user: User, run: Run, reason: str = "", *, version: int | str = "same", idempotency_key: str = ""
) -> tuple[Run, bool]:
    """Start a run with the input of ``run`` on its ``"same"`` version, the ``"newest"`` published, or one by number.

    Raises:
        ForbiddenError: the user may not start runs in the project.
        NotPublishedError, NotFoundError: there is no such version.
        GraphProblemsError: the graph cannot run (any more).
        InvalidInputError: the input does not fit the start schema of that version.
        IdempotencyKeyReusedError: the key stands for another request.
        StreamsUnavailableError: Redis is away; no run was made.
    """
    permissions.require(user, Action.RUN, run.project)
    digest = digest_of("replay", run.pk, version)
    if (first := earlier(run.workflow_id, idempotency_key, digest)) is not None:
        return first, False
    chosen = _version(user, run, version)
    start = startable(chosen)
    value = (
        run.input
        if chosen.pk == run.version_id
        else checked_input(start.schema, whole_input(run.input, run.project), run.project)
    )
    origin = origin_of("replay", run, user, reason)
    new = made_from(
        run, user, origin, digest, idempotency_key, version=chosen, input=value, steps_total=start.steps_total
    )
    return accept(new, "run.replay", {"from": run.pk, "version": chosen.number, "reason": reason})


def _version(user: User, run: Run, version: int | str) -> WorkflowVersion:
    if version != "same":
        return chosen_version(user, run.workflow, None if version == "newest" else version)
    require_valid(run.version.graph, run.project_id)
    return run.version
