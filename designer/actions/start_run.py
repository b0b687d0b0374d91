"""Accept a run: checked, written down, then handed to the engine (docs/wire.md, architecture's click path)."""

from contextlib import suppress
from typing import Any, Final

import msgspec
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.db.models import F

from agentcluster.errors import BadInputError, NotFoundError
from agentcluster.ids import new_trace_id, sha256_of
from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from agentcluster.streams.blocking import read_metas
from agentcluster.streams.errors import StreamsUnavailableError
from designer.actions import audit, catalogue, documents
from designer.actions.errors import IdempotencyKeyReusedError, NotPublishedError
from designer.actions.run_input import checked_input
from designer.actions.validation import require_valid
from designer.domain.graph import StartNode
from designer.domain.plan import compile_plan
from designer.engine.redis import shared_client
from designer.engine.request import RunRequest
from designer.engine.submit import submit
from designer.models import Run, Workflow, WorkflowVersion

MAX_KEY: Final = 200


def start_run(
    user: User,
    workflow: Workflow,
    value: Any,
    *,
    version: int | str | None = None,
    labels: dict[str, str] | None = None,
    idempotency_key: str = "",
) -> tuple[Run, bool]:
    """Start a run of ``version`` (a number, ``"draft"``, or None: the newest published); True when it is a new one.

    The same key with the same request returns the first run, with False.

    Raises:
        ForbiddenError: the user may not start runs in the project.
        NotPublishedError, NotFoundError: there is no such version.
        GraphProblemsError: the graph cannot run.
        InvalidInputError: the input does not fit the start schema.
        IdempotencyKeyReusedError: the key stands for another request.
        StreamsUnavailableError: Redis is away; no run was made.
    """
    permissions.require(user, Action.RUN, workflow.project)
    request = sha256_of(msgspec.json.encode([value, version, labels or {}], order="deterministic"))
    if earlier := _earlier(workflow, idempotency_key, request):
        return earlier, False
    chosen = _version(user, workflow, version)
    if version != "draft":
        require_valid(chosen.graph)
    plan = compile_plan(documents.parse(chosen.graph))
    schema = next((node.schema for node in plan.graph.nodes if isinstance(node, StartNode)), {})
    run = Run(
        project=workflow.project,
        workflow=workflow,
        version=chosen,
        input=checked_input(schema, value, workflow.project),
        labels=labels or {},
        trace_id=new_trace_id(),
        idempotency_key=idempotency_key or None,
        request_digest=request,
        steps_total=plan.steps_total,
        created_by=user,
    )
    # A round trip that fails when Redis is away: better refuse now than accept what nobody can start.
    read_metas(shared_client(), [run.pk])
    try:
        _keep(run)
    except IntegrityError:
        # Only somebody else with the same key, in the same moment, can be in the way.
        earlier = _earlier(workflow, idempotency_key, request)
        if earlier is None:
            raise
        return earlier, False
    transaction.on_commit(lambda: _hint(run))
    return run, True


def _hint(run: Run) -> None:
    by = run.created_by.get_username() if run.created_by else ""
    request = RunRequest(run.pk, run.workflow_id, run.version_id, run.input, by, run.trace_id)
    # Should Redis have gone in this moment: the run is accepted, and the reaper finds it.
    with suppress(StreamsUnavailableError):
        submit([request])


def _keep(run: Run) -> None:
    with transaction.atomic():
        # Takes the lock that delete_workflow takes too.
        if not Workflow.objects.filter(pk=run.workflow_id).update(draft_revision=F("draft_revision")):
            raise NotFoundError
        run.save(force_insert=True)
        audit.record(run.created_by, "run.start", run.project, run.pk, run.workflow.title, version=run.version.number)


def _earlier(workflow: Workflow, key: str, request: str) -> Run | None:
    if not key:
        return None
    if len(key) > MAX_KEY:
        raise BadInputError(f"The Idempotency-Key is longer than {MAX_KEY} characters.")
    if not key.isprintable():
        raise BadInputError("The Idempotency-Key holds control characters.")
    run = Run.objects.filter(workflow=workflow, idempotency_key=key).first()
    if run is not None and run.request_digest != request:
        raise IdempotencyKeyReusedError(run_id=run.pk)
    return run


def _version(user: User, workflow: Workflow, version: int | str | None) -> WorkflowVersion:
    if version == "draft":
        return _snapshot(user, workflow)
    published = workflow.versions.filter(number__isnull=False)
    chosen = (published.filter(number=version) if version else published.order_by("-number")).first()
    if chosen is None and version:
        raise NotFoundError(f"“{workflow.title}” has no version {version}.")
    if chosen is None:
        raise NotPublishedError(f"“{workflow.title}” has no published version yet; publish it, or start its draft.")
    return chosen


def _snapshot(user: User, workflow: Workflow) -> WorkflowVersion:
    """Return the version without a number that holds the draft as it is now; one for each content."""
    require_valid(workflow.draft)
    graph = catalogue.pin(workflow.draft)
    version, _ = workflow.versions.get_or_create(
        number=None, digest=documents.digest(graph), defaults={"graph": graph, "created_by": user}
    )
    return version
