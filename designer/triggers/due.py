"""Scheduled moments become runs. Whoever calls this, and however often: each moment starts one run.

What is due is computed from the trigger's cursor, the last moment that was dealt with. A message from beat is a hint to
look; the listener looks by itself, too. So neither a lost message nor a killed beat loses a moment, and the run's
idempotency key (trigger and moment) keeps two that look at once from starting it twice.
"""

import datetime as dt
import logging

from django.db import DatabaseError
from django.utils import timezone

from agentcluster.errors import AgentClusterError
from designer.triggers import events, kinds
from designer.triggers.fire import fire, note
from designer.triggers.models import Kind, Outcome, Trigger
from designer.triggers.schedule import Due, Schedule

logger = logging.getLogger(__name__)


def sweep(now: dt.datetime | None = None) -> int:
    """Start what is due of all triggers; return how many runs that were."""
    enabled = Trigger.objects.filter(kind=Kind.CRON, enabled=True).values_list("pk", flat=True)
    started = 0
    for trigger_id in enabled:
        try:
            started += fire_due(trigger_id, now)
        except (AgentClusterError, DatabaseError) as error:
            logger.warning("trigger %s: its schedule waits: %s", trigger_id, error)
    return started


def fire_due(trigger_id: str, now: dt.datetime | None = None) -> int:
    """Start what is due of one trigger; return how many runs that were.

    Raises what ``fire`` raises when a service is away; what was not started then is still due.
    """
    rows = Trigger.objects.select_related("workflow__project", "run_as")
    trigger = rows.filter(pk=trigger_id, kind=Kind.CRON, enabled=True).first()
    if trigger is None or trigger.cursor is None:
        return 0
    config = kinds.of(Kind.CRON, trigger.config)
    assert isinstance(config, kinds.CronConfig)
    schedule = config.schedule()
    due = schedule.due(trigger.cursor, now or timezone.now(), config.missed)
    if due.upto is None:
        return 0
    if due.skipped or due.more:
        _note_missed(trigger, due, trigger.cursor)
    started = 0
    for moment in due.start:
        started += fire(trigger, _event(schedule, moment)).outcome == Outcome.STARTED
        _advance(trigger, moment)
    _advance(trigger, due.upto)
    return started


def _event(schedule: Schedule, moment: dt.datetime) -> events.Event:
    return events.scheduled(moment, schedule.zone.key, moment.astimezone(schedule.zone))


def _note_missed(trigger: Trigger, due: Due, cursor: dt.datetime) -> None:
    assert due.upto is not None
    count = f"{due.skipped}{' and many more' if due.more else ''}"
    message = f"Missed and not made up for: {count}, after {cursor:%Y-%m-%d %H:%M:%S} UTC (policy {_policy(trigger)})."
    note(trigger, events.Event(f"missed/{due.upto.isoformat()}"), Outcome.SKIPPED, "missed", message)


def _policy(trigger: Trigger) -> str:
    return str(trigger.config.get("missed", "skip"))


def _advance(trigger: Trigger, moment: dt.datetime) -> None:
    """Move the cursor on, never back, and only where nobody has changed the trigger meanwhile."""
    Trigger.objects.filter(pk=trigger.pk, updated_at=trigger.updated_at, cursor__lt=moment).update(cursor=moment)
