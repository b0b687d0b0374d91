"""What a deleted or moved trigger leaves behind (the deletion of a workflow takes its triggers along)."""

from typing import Any, Final

from django.db.models.signals import post_delete

from designer.triggers import periodic
from designer.triggers.models import Kind, Leftover, Trigger

_PLACES: Final = {Kind.NATS.value: "subject", Kind.STREAM.value: "key"}
"""The setting that says where the listener reads, by kind."""


def watch() -> None:
    """Clean up behind every trigger that is deleted from now on."""
    post_delete.connect(_deleted, sender=Trigger, dispatch_uid="triggers.leftovers")


def moved(trigger: Trigger, before: dict[str, Any]) -> None:
    """Note what a trigger leaves that reads elsewhere from now on."""
    place = _PLACES.get(trigger.kind)
    if place and before.get(place) != trigger.config.get(place):
        Leftover.objects.create(trigger_id=trigger.pk, kind=trigger.kind, place=before[place])


def _deleted(*, instance: Trigger, **_: Any) -> None:
    """Remove the periodic task at once; consumers on NATS and Redis are left to the listener, in the same transaction."""
    periodic.remove(instance.pk)
    if place := _PLACES.get(instance.kind):
        Leftover.objects.create(trigger_id=instance.pk, kind=instance.kind, place=instance.config[place])
