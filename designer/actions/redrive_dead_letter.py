"""Give a task that failed for good to an agent again, as it was or changed, in a new run made from the failed one."""

from typing import Any, Final

import msgspec
from django.contrib.auth.models import User

from agentcluster.errors import ConflictError
from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from agentcluster.streams import dead_letters as kept
from agentcluster.streams.shared import shared_client
from agents.domain.schema_check import check
from agents.registry.errors import UnknownAgentError, UnknownVersionError
from agents.registry.resolve import resolve
from designer.actions.dead_letters import Letter
from designer.actions.file_references import known_files
from designer.actions.inline_data import require_small
from designer.actions.made_from import begun_as, made_from
from designer.actions.new_runs import accept, digest_of, origin_of
from designer.actions.past import records_of
from designer.actions.run_errors import InvalidDataError
from designer.domain.apart import stands_apart
from designer.domain.events import Redriven
from designer.domain.fork import redriven
from designer.domain.fork_errors import ForkError
from designer.engine.versions import load_plan
from designer.models import Run

AS_IT_WAS: Final = object()
"""The input that says: the one it had."""


class RunGoneError(ConflictError):
    """The run of this dead letter is gone, so it cannot be given to an agent again; start the workflow anew instead."""

    code = "run_gone"


class AlreadyRedrivenError(ConflictError):
    """This dead letter was given to an agent again already."""

    code = "already_redriven"


def redrive(user: User, letter: Letter, *, input: Any = AS_IT_WAS, version: str = "", reason: str = "") -> Run:
    """Make a new run that gives the step to its agent again; ``version`` is exact or a range such as ``^2.1``.

    Raises:
        ForbiddenError: the user may not start runs in the project.
        RunGoneError, LogGoneError: there is nothing left to go on from.
        AlreadyRedrivenError: with ``run_id``.
        InvalidDataError: the input does not fit the agent (by JSON pointer) or names a file that is not the project's, or
            there is no such version.
        TooLargeError: an input of over 64 KB.
        StreamsUnavailableError: Redis is away; no run was made.
    """
    run, fields = letter.run, letter.fields
    if run is None:
        raise RunGoneError
    permissions.require(user, Action.RUN, run.project)
    changed = input is not AS_IT_WAS
    key = f"dead-letter:{letter.agent}:{letter.entry.entry_id}"
    digest = digest_of("redrive", key, changed, input if changed else None, version)
    first = Run.objects.filter(workflow_id=run.workflow_id, idempotency_key=key).first()
    if letter.entry.redriven_as or first is not None:
        made = letter.entry.redriven_as or (first.pk if first else "")
        if first is not None and first.request_digest == digest and not letter.entry.redriven_as:
            kept.mark_redriven(shared_client(), letter.agent, letter.entry.entry_id, made)
        raise AlreadyRedrivenError(f"{AlreadyRedrivenError.__doc__} See run {made}.", run_id=made)
    chosen = _checked(letter, input if changed else letter.input, version, changed=changed)
    given = known_files(input, run, "/input") if changed else None
    what = Redriven(fields.get("step", ""), letter.entry.entry_id, given, changed, letter.agent, chosen)
    try:
        taken, seq = redriven(load_plan(run.version_id), records_of(run), what.step)
    except ForkError as error:
        raise InvalidDataError.at("", error.message, error.code) from error
    edited = [f"steps/{what.step}/input"] if changed else []
    kind = "retry" if run.error else "fork"
    origin = origin_of(kind, run, user, reason, seq=seq, edited=edited, redriven=msgspec.to_builtins(what))
    new = made_from(run, user, origin, digest, key)
    data = {"from": run.pk, "agent": letter.agent, "step": what.step, "version": chosen, "edited": edited}
    made_run, is_new = accept(new, "dead_letter.redrive", data, seed=lambda: begun_as(new, taken))
    kept.mark_redriven(shared_client(), letter.agent, letter.entry.entry_id, made_run.pk)
    if not is_new:
        raise AlreadyRedrivenError(run_id=made_run.pk)
    return made_run


def _checked(letter: Letter, value: Any, version: str, *, changed: bool) -> str:
    """Return the version that is asked for, once ``value`` fits it."""
    if changed:
        require_small(value, "/input")
    try:
        found = resolve(letter.agent, version or letter.fields.get("version", ""))
    except (UnknownAgentError, UnknownVersionError) as error:
        if not version:
            return ""
        raise InvalidDataError.at("/version", error.message, error.code) from error
    schema = found.intent_schema.input
    wrong = [each for each in check(schema, value) if not stands_apart(value, each.pointer)]
    if wrong:
        raise InvalidDataError(
            [{"field": f"/input{each.pointer}", "message": each.message, "code": each.code} for each in wrong]
        )
    return found.version if version else ""
