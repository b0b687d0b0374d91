"""Start many runs of a workflow at once: what fits is accepted, each of the others is told what is wrong with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from agentcluster.errors import AgentClusterError
from agentcluster.ids import new_trace_id
from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from agentcluster.streams.blocking import read_metas
from agentcluster.streams.shared import shared_client
from designer.actions import audit
from designer.actions.errors import IdempotencyKeyReusedError
from designer.actions.new_runs import checked_key, hint, lock
from designer.actions.run_input import checked_input
from designer.actions.start_run import request_digest
from designer.actions.versions import Startable, chosen_version, startable
from designer.domain.policies import Priority
from designer.models import Run, Workflow, WorkflowVersion

MAX_RUNS: Final = 1000
_ATTEMPTS: Final = 3


class Item(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One run that is wanted."""

    input: Any = {}
    labels: dict[str, str] = {}
    idempotency_key: str = ""


Outcome = tuple[Run, bool] | AgentClusterError
"""A run and whether it is a new one, or why there is none."""


def start_batch(
    user: User,
    workflow: Workflow,
    items: Sequence[Item],
    *,
    version: int | str | None = None,
    priority: Priority | None = None,
) -> list[Outcome]:
    """Start a run for each of at most ``MAX_RUNS`` items, all of the same version; return what came of each, in order.

    Raises what concerns them all:
        ForbiddenError: the user may not start runs in the project.
        NotPublishedError, NotFoundError, GraphProblemsError: there is no such version, or it cannot run.
        StreamsUnavailableError: Redis is away; no run was made.
    """
    permissions.require(user, Action.RUN, workflow.project)
    chosen = chosen_version(user, workflow, version)
    batch = _Batch(user, workflow, chosen, startable(chosen), version, priority)
    # A round trip that fails when Redis is away: better refuse now than accept what nobody can start.
    read_metas(shared_client(), [workflow.pk])
    for attempt in range(_ATTEMPTS):
        try:
            return batch.start(items)
        except IntegrityError:
            # Somebody else with one of the keys was faster: its run is found at the next look.
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("unreachable")


@dataclass(frozen=True, slots=True)
class _Batch:
    user: User
    workflow: Workflow
    version: WorkflowVersion
    defaults: Startable
    asked_version: int | str | None
    priority: Priority | None

    def start(self, items: Sequence[Item]) -> list[Outcome]:
        known = self._known(items)
        outcomes = [self._outcome(item, known) for item in items]
        new = [outcome[0] for outcome in outcomes if isinstance(outcome, tuple) and outcome[1]]
        if new:
            with transaction.atomic():
                lock(new)
                Run.objects.bulk_create(new)
                title, number = self.workflow.title, self.version.number
                project = self.workflow.project
                audit.record(
                    self.user, "run.start_batch", project, self.workflow.pk, title, version=number, count=len(new)
                )
            transaction.on_commit(lambda: hint(new))
        return outcomes

    def _known(self, items: Sequence[Item]) -> dict[str, Run]:
        keys = {item.idempotency_key for item in items if item.idempotency_key}
        rows = Run.objects.filter(workflow=self.workflow, idempotency_key__in=keys) if keys else []
        return {str(run.idempotency_key): run for run in rows}

    def _outcome(self, item: Item, known: dict[str, Run]) -> Outcome:
        """Return what comes of the item; ``known`` are the runs by key, also those made for items before it."""
        try:
            key = checked_key(item.idempotency_key)
            digest = request_digest(item.input, self.asked_version, item.labels, self.priority)
            earlier = known.get(key) if key else None
            if earlier is not None and earlier.request_digest != digest:
                raise IdempotencyKeyReusedError(run_id=earlier.pk)
            if earlier is not None:
                return earlier, False
            run = self._row(item, digest)
        except AgentClusterError as error:
            return error
        if key:
            known[key] = run
        return run, True

    def _row(self, item: Item, digest: str) -> Run:
        return Run(
            project=self.workflow.project,
            workflow=self.workflow,
            version=self.version,
            input=checked_input(self.defaults.schema, item.input, self.workflow.project),
            labels=item.labels,
            priority=self.priority or self.defaults.priority,
            trace_id=new_trace_id(),
            idempotency_key=item.idempotency_key or None,
            request_digest=digest,
            steps_total=self.defaults.steps_total,
            created_by=self.user,
        )
