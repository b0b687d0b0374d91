"""What every way to make a run shares: keys that make a start safe to repeat, the rows, the hint to the engine."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F

from agentcluster.errors import BadInputError, NotFoundError
from agentcluster.ids import sha256_of
from agentcluster.streams.blocking import forget, read_metas
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.streams.shared import shared_client
from designer.actions import audit
from designer.actions.errors import IdempotencyKeyReusedError
from designer.actions.inner_workflows import GONE, workflows_inside
from designer.domain.events import Event
from designer.engine.request import request_of
from designer.engine.seeding import seed_log
from designer.engine.submit import submit
from designer.engine.versions import VersionUnusableError
from designer.models import Run, Workflow

MAX_KEY: Final = 200


def digest_of(*parts: Any) -> str:
    """Return the digest of a request, by which a repeated one is known."""
    return sha256_of(msgspec.json.encode(parts, order="deterministic"))


def checked_key(key: str) -> str:
    """Return the key, or raise ``BadInputError`` for one that cannot be kept."""
    if len(key) > MAX_KEY:
        raise BadInputError(f"The Idempotency-Key is longer than {MAX_KEY} characters.")
    if key and not key.isprintable():
        raise BadInputError("The Idempotency-Key holds control characters.")
    return key


def earlier(workflow_id: str, key: str, digest: str) -> Run | None:
    """Return the run that was made with this key, None when there is none.

    Raises:
        BadInputError: the key is too long or not printable.
        IdempotencyKeyReusedError: it stands for another request.
    """
    if not checked_key(key):
        return None
    run = Run.objects.filter(workflow_id=workflow_id, idempotency_key=key).first()
    if run is not None and run.request_digest != digest:
        raise IdempotencyKeyReusedError(run_id=run.pk)
    return run


def accept(
    run: Run, action: str, data: Mapping[str, Any], *, seed: Callable[[], Sequence[Event]] | None = None
) -> tuple[Run, bool]:
    """Write a new run down and hint at it once that is committed; True, or False with the run made by the same key.

    ``seed`` gives the events its log begins with, those of another run: they are in the log before the row can be seen,
    so nothing they record is ever done again. ``data`` goes into the audit entry.

    Raises ``StreamsUnavailableError`` when Redis is away (no run was made), ``NotFoundError`` when the workflow is gone,
    ``VersionUnusableError`` when one that runs inside it is.
    """
    # A round trip that fails when Redis is away: better refuse now than accept what nobody can start.
    read_metas(shared_client(), [run.pk])
    try:
        _keep(run, action, seed, data)
    except IntegrityError:
        # Only somebody else with the same key, in the same moment, can be in the way.
        other = earlier(run.workflow_id, run.idempotency_key or "", run.request_digest)
        if other is None:
            raise
        return other, False
    transaction.on_commit(lambda: hint([run]))
    return run, True


def lock(runs: Sequence[Run]) -> None:
    """Take the locks that ``delete_workflow`` takes, of the runs' workflows and of all that run inside these.

    In one order everywhere, so that several processes never wait for each other in a circle. ``NotFoundError`` when a
    workflow is gone, ``VersionUnusableError`` when one inside it is.
    """
    own = {run.workflow_id for run in runs}
    inside = {each for version_id in {run.version_id for run in runs} for each in workflows_inside(version_id)}
    for workflow_id in sorted(own | inside):
        if Workflow.objects.filter(pk=workflow_id).update(draft_revision=F("draft_revision")):
            continue
        if workflow_id in own:
            raise NotFoundError("There is no such workflow, or you may not see it.")
        raise VersionUnusableError(GONE)


def hint(runs: Sequence[Run]) -> None:
    """Tell the engine of accepted runs, in one round trip."""
    # Should Redis have gone in this moment: the runs are accepted, and the reaper finds them.
    with suppress(StreamsUnavailableError):
        submit([request_of(run) for run in runs])


def origin_of(kind: str, run: Run, user: User, reason: str, **more: Any) -> dict[str, Any]:
    """Return the ``Origin`` of a run made from ``run``, as JSON."""
    given = {"kind": kind, "run_id": run.pk, "by": user.get_username(), "reason": reason, **more}
    return {name: value for name, value in given.items() if value not in ("", 0, [])}


def _keep(run: Run, action: str, seed: Callable[[], Sequence[Event]] | None, data: Mapping[str, Any]) -> None:
    seeded = False
    try:
        with transaction.atomic():
            lock([run])
            run.save(force_insert=True)
            audit.record(run.created_by, action, run.project, run.pk, run.workflow.title, **data)
            if seed is not None:
                seeded = True
                seed_log(run.pk, seed())
    except BaseException:
        if seeded:
            with suppress(StreamsUnavailableError):
                forget(shared_client(), [run.pk])
        raise
