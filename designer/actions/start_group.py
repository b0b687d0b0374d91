"""Start runs that were asked for at the same time, each by itself, in one transaction (group commit).

Only what is plain is done here. For anything else (a key used before, input that does not fit, a right that is missing,
a draft) there is no outcome: such a start goes alone, by ``start_run``, which says what is wrong with it.
"""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.contrib.auth.models import User
from django.db import DatabaseError, Error, InterfaceError, OperationalError, transaction

from agentcluster.errors import AgentClusterError, NotFoundError
from agentcluster.ids import new_trace_id
from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from agentcluster.streams.blocking import read_metas
from agentcluster.streams.errors import StreamsUnavailableError
from agentcluster.streams.shared import shared_client
from designer.actions import audit
from designer.actions.new_runs import checked_key, hint, lock
from designer.actions.run_input import checked_input
from designer.actions.start_run import request_digest
from designer.actions.start_version import Ready, ready_version
from designer.domain.policies import Priority
from designer.models import AuditEntry, Run, Workflow

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A start somebody asked for; ``version`` is a published number, None the newest."""

    user: User
    workflow_id: str
    value: Any
    version: int | None = None
    labels: dict[str, str] | None = None
    priority: Priority | None = None
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class Started:
    """A run that is written down, and what it runs."""

    run: Run
    ready: Ready


Outcome = Started | AgentClusterError | Error | None


def start_group(wanted: Sequence[Wanted]) -> list[Outcome]:
    """Start what can be started and tell the engine; return what came of each, in order.

    ``Started``: its row is committed. An error, the same for all of them: ``StreamsUnavailableError`` (Redis is away),
    ``OperationalError`` (the database is locked or away); nothing was started. None: it has to go alone.

    Raises ``django.db.Error`` when the database fails before anything is known; nothing was started.
    """
    group = _Group()
    prepared = [group.prepare(each) for each in wanted]
    new = [each for each in prepared if each is not None]
    if not new:
        return [None] * len(wanted)
    try:
        # A round trip that fails when Redis is away: better refuse now than accept what nobody can start.
        read_metas(shared_client(), [new[0].run.pk])
        _keep(new)
    except (OperationalError, InterfaceError, StreamsUnavailableError) as error:
        return [each and error for each in prepared]
    except Exception:  # rolled back: each finds out alone whether it was the one
        # Such as a key that somebody else used in this moment, or a workflow that was deleted.
        return [None] * len(wanted)
    hint([each.run for each in new])
    return [*prepared]


def _keep(new: Sequence[Started]) -> None:
    with transaction.atomic():
        lock([each.run for each in new])
        Run.objects.bulk_create([each.run for each in new])
        audit.record_all([_entry(each.run) for each in new])


def _entry(run: Run) -> AuditEntry:
    return audit.entry(run.created_by, "run.start", run.project, run.pk, run.workflow.title, version=run.version.number)


class _Group:
    """What starts of a group have in common is looked up once: it is as true for the last as for the first."""

    def __init__(self) -> None:
        self._known: dict[Hashable, Any] = {}
        self._keys: set[tuple[str, str]] = set()

    def prepare(self, wanted: Wanted) -> Started | None:
        """Return the run as it will be written; None for what must go alone."""
        try:
            workflow = self._workflow(wanted)
            ready = self._once(
                ("version", workflow.pk, wanted.version), lambda: ready_version(workflow, wanted.version)
            )
            if ready is None or not self._key_is_new(workflow, wanted.idempotency_key):
                return None
            return Started(_row(wanted, workflow, ready), ready)
        except DatabaseError:
            raise
        except Exception:  # alone, it fails as it should and nobody else does
            return None

    def _workflow(self, wanted: Wanted) -> Workflow:
        workflow: Workflow = self._once(
            ("workflow", wanted.user.pk, wanted.workflow_id), lambda: _visible(wanted.user, wanted.workflow_id)
        )
        project = workflow.project
        self._once(("role", wanted.user.pk, project.pk), lambda: permissions.require(wanted.user, Action.RUN, project))
        return workflow

    def _key_is_new(self, workflow: Workflow, key: str) -> bool:
        if not checked_key(key):
            return True
        if (workflow.pk, key) in self._keys:
            return False
        self._keys.add((workflow.pk, key))
        return not Run.objects.filter(workflow=workflow, idempotency_key=key).exists()

    def _once(self, name: Hashable, look: Callable[[], T]) -> T:
        if name not in self._known:
            try:
                self._known[name] = look()
            except AgentClusterError as error:
                self._known[name] = error
        found = self._known[name]
        if isinstance(found, AgentClusterError):
            raise found
        return found  # type: ignore[no-any-return]


def _visible(user: User, workflow_id: str) -> Workflow:
    rows = Workflow.objects.select_related("project").defer("draft", "description")
    workflow = permissions.visible(rows, user).filter(pk=workflow_id).first()
    if workflow is None:
        raise NotFoundError
    return workflow


def _row(wanted: Wanted, workflow: Workflow, ready: Ready) -> Run:
    return Run(
        project=workflow.project,
        workflow=workflow,
        version=ready.version,
        input=checked_input(ready.start.schema, wanted.value, workflow.project),
        labels=wanted.labels or {},
        priority=wanted.priority or ready.start.priority,
        trace_id=new_trace_id(),
        idempotency_key=wanted.idempotency_key or None,
        request_digest=request_digest(wanted.value, wanted.version, wanted.labels, wanted.priority),
        steps_total=ready.start.steps_total,
        created_by=wanted.user,
    )
