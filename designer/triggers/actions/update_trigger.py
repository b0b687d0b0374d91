"""Change a trigger's settings."""

from typing import Any, Final

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.triggers import leftovers, periodic, sealing
from designer.triggers.actions import settings
from designer.triggers.actions.create_trigger import name_taken
from designer.triggers.models import Kind, Trigger

PLAIN: Final = ("name", "version", "priority", "labels")


def update_trigger(user: User, trigger: Trigger, changes: dict[str, Any]) -> str:
    """Change ``name``, ``version``, ``config``, ``input``, ``priority``, ``labels``; ``take_over`` makes it run as ``user``.

    Returns a webhook's secret when the change gave it its first one, else an empty text. A changed schedule begins
    anew: it has missed nothing.

    Raises:
        ForbiddenError: the user may not edit in the project.
        InvalidInputError: a setting, the mapping or the version does not fit.
        TriggerNameTakenError: the workflow has another trigger of that name.
        StreamsUnavailableError: a stream's group cannot be made while Redis is away.
    """
    workflow = trigger.workflow
    permissions.require(user, Action.EDIT, workflow.project)
    before, secret = dict(trigger.config), ""
    if "version" in changes:
        settings.check_version(workflow, changes["version"])
    for field in PLAIN:
        if field in changes:
            setattr(trigger, field, changes[field])
    if "config" in changes:
        settings.set_config(trigger, changes["config"])
    if "input" in changes:
        settings.set_input(trigger, changes["input"])
    if changes.keys() & {"config", "input", "version"}:
        settings.check_contracts(trigger)
    if changes.get("take_over"):
        trigger.run_as = user
    moved = trigger.config != before
    if moved:
        settings.begin(trigger)
        secret = _first_secret(trigger)
    try:
        with transaction.atomic():
            if moved:
                leftovers.moved(trigger, before)
            trigger.save()
            periodic.keep_in_step(trigger)
            told = {key: value for key, value in changes.items() if key != "input"}
            audit.record(user, "trigger.update", workflow.project, trigger.pk, trigger.name, changes=told)
            settings.open_stream(trigger)
    except IntegrityError as error:
        raise name_taken() from error
    return secret


def _first_secret(trigger: Trigger) -> str:
    if trigger.kind != Kind.WEBHOOK or trigger.config["signature"] != "standard" or trigger.sealed_secrets:
        return ""
    fresh = sealing.new_secret()
    trigger.sealed_secrets = sealing.seal([fresh])
    return fresh.text
