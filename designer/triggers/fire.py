"""An event becomes a run: once, with the rights its trigger's account has at this moment, and written down either way."""

from typing import Any, Final, cast

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from agentcluster.errors import AgentClusterError, ForbiddenError
from agentcluster.ids import sha256_of
from agentcluster.security.permissions import Action, allows, role_in
from designer.actions.errors import IdempotencyKeyReusedError
from designer.actions.start_run import start_run
from designer.domain.policies import Priority
from designer.models import Run
from designer.triggers import mapping
from designer.triggers.errors import RunAsGoneError
from designer.triggers.events import Event
from designer.triggers.models import Firing, Outcome, Trigger

KEY_LENGTH: Final = 200
_COUNTERS: Final = {
    Outcome.STARTED: "started_count",
    Outcome.REFUSED: "refused_count",
    Outcome.SKIPPED: "skipped_count",
}


class RightLostError(ForbiddenError):
    """The account this trigger runs as may not start runs in the project any more."""

    code = "right_lost"


def fire(trigger: Trigger, event: Event, *, final: bool = True) -> Firing:
    """Start the run this event asks for, or return the firing that did; a refusal is a firing, too.

    A refusal that is not ``final`` is kept as one that is tried again. Raises ``AgentClusterError`` with ``retryable``
    set, and Django's ``DatabaseError``, when a service is away: nothing is known then, and the event has to come again.
    """
    key = bounded(event.key)
    earlier = Firing.objects.select_related("run").filter(trigger=trigger, key=key, outcome=Outcome.STARTED).first()
    if earlier is not None:
        return earlier
    try:
        run = _start(trigger, event, key)
    except AgentClusterError as error:
        if error.retryable:
            raise
        return note(trigger, event, Outcome.REFUSED if final else Outcome.RETRYING, error.code, error.message)
    return note(trigger, event, Outcome.STARTED, run=run)


def note(
    trigger: Trigger, event: Event, outcome: Outcome, code: str = "", message: str = "", *, run: Run | None = None
) -> Firing:
    """Write down what became of an event; a repeated delivery raises ``attempts`` of the same firing."""
    found: dict[str, Any] = {"outcome": outcome, "code": code, "message": message, "run": run, "event": event.shown}
    with transaction.atomic():
        known = Firing.objects.filter(trigger=trigger, key=bounded(event.key)).first()
        if known is None:
            firing, _ = Firing.objects.update_or_create(trigger=trigger, key=bounded(event.key), defaults=found)
        else:
            Firing.objects.filter(pk=known.pk).update(**found, attempts=F("attempts") + 1)
            firing = Firing.objects.select_related("run").get(pk=known.pk)
        if known is None or known.outcome != outcome:
            _count(trigger, outcome, message)
    return firing


def bounded(key: str) -> str:
    """Return a key that fits its column: a long one as its digest."""
    return key if len(key) <= KEY_LENGTH - 60 else sha256_of(key.encode())


def _start(trigger: Trigger, event: Event, key: str) -> Run:
    user, workflow = trigger.run_as, trigger.workflow
    if user is None or not user.is_active:
        raise RunAsGoneError
    if not allows(role_in(user, workflow.project), Action.RUN):
        message = f"{user.get_username()} may not start runs in the project “{workflow.project.name}” any more."
        raise RightLostError(message)
    value = mapping.apply(trigger.kind, trigger.input, event.scope)
    try:
        run, _ = start_run(
            user,
            workflow,
            value,
            version=trigger.version,
            labels=trigger.labels,
            idempotency_key=f"trigger/{trigger.pk}/{key}",
            priority=cast(Priority | None, trigger.priority or None),
            trigger=trigger.name,
        )
    except IdempotencyKeyReusedError as error:
        # The event came before; only the trigger's settings, or a header, differ from then.
        return Run.objects.get(pk=error.data["run_id"])
    return run


def _count(trigger: Trigger, outcome: Outcome, message: str) -> None:
    """Keep the trigger's figures; ``update`` leaves ``updated_at``, by which listeners see changed settings."""
    changes: dict[str, Any] = {}
    if counter := _COUNTERS.get(outcome):
        changes[counter] = F(counter) + 1
    if outcome is not Outcome.SKIPPED:
        changes |= {"last_fired_at": timezone.now(), "last_error": message}
    Trigger.objects.filter(pk=trigger.pk).update(**changes)
