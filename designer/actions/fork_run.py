"""Begin again after any event of a run, with other data: what was recorded before is used, nothing of it called again."""

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from agents.domain.schema_check import pointer
from designer.actions.file_references import known_files
from designer.actions.inline_data import require_small
from designer.actions.made_from import begun_as, made_from
from designer.actions.new_runs import accept, digest_of, earlier, origin_of
from designer.actions.past import records_of
from designer.actions.run_errors import InvalidDataError
from designer.actions.run_input import checked_input, whole_input
from designer.actions.versions import startable
from designer.domain.events import Event, Record, RunStarted
from designer.domain.fork import forked
from designer.domain.fork_edits import Edits
from designer.domain.fork_errors import ForkError
from designer.engine.versions import load_plan
from designer.models import Run

MAX_OUTPUTS = 100


def fork_run(
    user: User,
    run: Run,
    after: int,
    reason: str = "",
    *,
    input: dict[str, Any] | None = None,
    outputs: dict[str, Any] | None = None,
    idempotency_key: str = "",
) -> tuple[Run, bool]:
    """Make a new run that goes on after the event ``after``, with the same version; True when it is a new one.

    ``input`` changes some inputs, ``outputs`` puts others in the place of recorded results, by step.

    Raises:
        ForbiddenError: the user may not start runs in the project.
        InvalidDataError: no fork there (``errors`` says why, ``last`` up to where), or of a step without a result.
        InvalidInputError, TooLargeError: the new data does not fit, or names a file that is not the project's.
        NotBegunError, LogGoneError: there is no log.
        IdempotencyKeyReusedError: the key stands for another request.
        StreamsUnavailableError: Redis is away; no run was made.
    """
    permissions.require(user, Action.RUN, run.project)
    patch, results = input or {}, outputs or {}
    digest = digest_of("fork", run.pk, after, patch, results)
    if (first := earlier(run.workflow_id, idempotency_key, digest)) is not None:
        return first, False
    records = records_of(run)
    value = _input(run, records, patch)
    results = _checked_outputs(results, run)
    taken = _taken(run, records, after, Edits(value if patch else None, results))
    edited = [*(f"input/{name}" for name in sorted(patch)), *(f"outputs/{step}" for step in sorted(results))]
    origin = origin_of("fork", run, user, reason, seq=after, edited=edited)
    new = made_from(run, user, origin, digest, idempotency_key, input=value)
    data = {"from": run.pk, "after": after, "edited": edited, "reason": reason}
    return accept(new, "run.fork", data, seed=lambda: begun_as(new, taken))


def _input(run: Run, records: Sequence[Record], patch: dict[str, Any]) -> Any:
    first = records[0].event
    value = first.input if isinstance(first, RunStarted) else run.input
    if not patch:
        return value
    return checked_input(startable(run.version).schema, {**whole_input(value, run.project), **patch}, run.project)


def _checked_outputs(outputs: dict[str, Any], run: Run) -> dict[str, Any]:
    if len(outputs) > MAX_OUTPUTS:
        raise InvalidDataError.at("/outputs", f"are {len(outputs)}; at most {MAX_OUTPUTS} are allowed", "too_many")
    for step, value in outputs.items():
        require_small(value, pointer(["outputs", step]))
    return {**known_files(outputs, run, "/outputs")}


def _taken(run: Run, records: Sequence[Record], after: int, edits: Edits) -> Sequence[Event]:
    try:
        return forked(load_plan(run.version_id), records, after, edits)
    except ForkError as error:
        steps = error.data.get("steps")
        if steps:
            what = "has no recorded result up to that event"
            errors = [{"field": pointer(["outputs", step]), "message": what, "code": "unknown_step"} for step in steps]
            raise InvalidDataError(errors) from error
        if "field" in error.data:
            raise InvalidDataError.at(error.data["field"], error.data["told"], "bad_result") from error
        if "last" in error.data:
            message = f"must be between {error.data['first']} and {error.data['last']}"
            raise InvalidDataError.at("/after", message, "range", **error.data) from error
        raise InvalidDataError.at("", error.message, error.code) from error
