"""Keeps django-celery-beat's table in step with the cron triggers: one periodic task for each enabled one.

A periodic task only hints at when to look (``designer.triggers.due`` decides). Where Celery reads an expression another
way than cron does, it hints every minute instead.
"""

import json
from typing import Any, Final

from celery.schedules import ParseException, crontab
from django_celery_beat.models import CrontabSchedule, IntervalSchedule, PeriodicTask

from designer.triggers import kinds
from designer.triggers.models import Kind, Trigger

FIRE_DUE: Final = "triggers.fire_due"
EXPIRE_S: Final = 60
"""A hint older than this helps nobody: others have followed, and the sweep looks, too."""
EVERY_MINUTE: Final = ("*", "*", "*", "*", "*")


def keep_in_step(trigger: Trigger) -> None:
    """Write the trigger's periodic task, in the transaction that changes the trigger; beat sees it within seconds."""
    if trigger.kind != Kind.CRON:
        return
    if not trigger.enabled:
        return remove(trigger.pk)
    config = kinds.of(Kind.CRON, trigger.config)
    assert isinstance(config, kinds.CronConfig)
    schedule: dict[str, Any] = {"crontab": None, "interval": None}
    if config.cron:
        schedule["crontab"] = _crontab(config)
    else:
        every = {"every": config.every_s, "period": IntervalSchedule.SECONDS}
        schedule["interval"] = IntervalSchedule.objects.filter(**every).first() or IntervalSchedule.objects.create(
            **every
        )
    about = {"task": FIRE_DUE, "args": json.dumps([trigger.pk]), "enabled": True, "queue": "jobs"}
    PeriodicTask.objects.update_or_create(
        name=name_of(trigger.pk), defaults={**about, **schedule, "expire_seconds": EXPIRE_S}
    )
    _forget_unused()


def remove(trigger_id: str) -> None:
    """Remove a trigger's periodic task."""
    for task in PeriodicTask.objects.filter(name=name_of(trigger_id)):
        task.delete()
    _forget_unused()


def name_of(trigger_id: str) -> str:
    """Return the name of a trigger's periodic task."""
    return f"trigger {trigger_id}"


def _crontab(config: kinds.CronConfig) -> CrontabSchedule:
    minute, hour, day, month, weekday = fields_for_celery(config.cron)
    fields = {"minute": minute, "hour": hour, "day_of_month": day, "month_of_year": month, "day_of_week": weekday}
    fields["timezone"] = config.timezone
    return CrontabSchedule.objects.filter(**fields).first() or CrontabSchedule.objects.create(**fields)


def fields_for_celery(cron: str) -> tuple[str, ...]:
    """Return the expression's fields where Celery means the same by them, else those of every minute."""
    fields = tuple(cron.lower().split())
    minute, hour, day, month, weekday = fields
    if not day.startswith("*") and not weekday.startswith("*"):
        return EVERY_MINUTE  # cron: one of the two has to fit; Celery: both
    try:
        crontab(minute=minute, hour=hour, day_of_month=day, month_of_year=month, day_of_week=weekday)
    except (ParseException, ValueError):
        return EVERY_MINUTE
    return fields


def _forget_unused() -> None:
    for rows in (CrontabSchedule.objects.all(), IntervalSchedule.objects.all()):
        rows.filter(periodictask=None).delete()
