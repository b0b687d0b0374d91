"""Create a trigger; a webhook's secret is told this once."""

from typing import Any

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.models import Workflow
from designer.triggers import kinds, periodic, sealing
from designer.triggers.actions import settings
from designer.triggers.errors import TooManyTriggersError, TriggerNameTakenError
from designer.triggers.models import Kind, Trigger


def create_trigger(
    user: User,
    workflow: Workflow,
    *,
    kind: str,
    name: str,
    config: dict[str, Any],
    value: Any = None,
    **fields: Any,
) -> tuple[Trigger, str]:
    """Create a trigger that runs as ``user``; return it and its secret (empty for all but signed webhooks).

    ``value`` is the input mapping (None: the kind's own); ``fields`` are enabled, version, priority, labels.

    Raises:
        ForbiddenError: the user may not edit in the project.
        InvalidInputError: a setting, the mapping or the version does not fit.
        TriggerNameTakenError, TooManyTriggersError: the workflow has another of that name, or too many.
        StreamsUnavailableError: a stream's group cannot be made while Redis is away.
    """
    permissions.require(user, Action.EDIT, workflow.project)
    settings.check_version(workflow, fields.get("version"))
    trigger = Trigger(workflow=workflow, kind=kind, name=name, run_as=user, **fields)
    settings.set_config(trigger, config)
    settings.set_input(trigger, kinds.DEFAULT_INPUT[kind] if value is None else value)
    settings.check_contracts(trigger)
    settings.begin(trigger)
    secret = ""
    if kind == Kind.WEBHOOK and trigger.config["signature"] == "standard":
        fresh = sealing.new_secret()
        trigger.sealed_secrets, secret = sealing.seal([fresh]), fresh.text
    if workflow.triggers.count() >= settings.MOST:
        raise TooManyTriggersError(f"“{workflow.title}” has {settings.MOST} triggers, as many as a workflow may have.")
    try:
        with transaction.atomic():
            trigger.save(force_insert=True)
            periodic.keep_in_step(trigger)
            audit.record(user, "trigger.create", workflow.project, trigger.pk, name, kind=kind, workflow=workflow.pk)
            settings.open_stream(trigger)
    except IntegrityError as error:
        raise name_taken() from error
    return trigger, secret


def name_taken() -> TriggerNameTakenError:
    """Return the error that names the field."""
    return TriggerNameTakenError(
        errors=[{"field": "/name", "message": "is taken in this workflow", "code": "name_taken"}]
    )
