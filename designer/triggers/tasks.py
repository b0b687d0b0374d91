"""Celery's part: beat says when to look at schedules, and when to tidy up. Its messages are hints."""

import datetime as dt
from typing import Final

from celery import shared_task
from django.utils import timezone

from designer.triggers import due
from designer.triggers.models import Firing, Trigger
from designer.triggers.periodic import FIRE_DUE

KEPT: Final = 500
"""Firings kept of each trigger."""
KEPT_FOR: Final = dt.timedelta(days=30)


@shared_task(name=FIRE_DUE)  # type: ignore[untyped-decorator]
def fire_due(trigger_id: str) -> None:
    """Start what is due of one trigger."""
    due.fire_due(trigger_id)


@shared_task(name="triggers.sweep")  # type: ignore[untyped-decorator]
def sweep() -> None:
    """Start what is due of all triggers, whatever message was lost."""
    due.sweep()


@shared_task(name="triggers.prune")  # type: ignore[untyped-decorator]
def prune() -> None:
    """Delete old firings: all after a month, and beyond the newest 500 of each trigger."""
    Firing.objects.filter(at__lt=timezone.now() - KEPT_FOR).delete()
    for trigger_id in Trigger.objects.values_list("pk", flat=True):
        rows = Firing.objects.filter(trigger=trigger_id)
        oldest = rows.order_by("-id").values_list("id", flat=True)[KEPT : KEPT + 1].first()
        if oldest is not None:
            rows.filter(id__lte=oldest).delete()
