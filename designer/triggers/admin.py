"""Triggers in the admin panel: look and delete; they are made and changed on the page or by the API, where they are checked."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django_celery_beat import models as beat
from unfold.admin import ModelAdmin

from designer.triggers.models import Firing, Trigger

for _model in (
    beat.ClockedSchedule,
    beat.CrontabSchedule,
    beat.IntervalSchedule,
    beat.PeriodicTask,
    beat.SolarSchedule,
):
    # Kept in step with triggers; whoever changes them here changes nothing for long.
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)


class _ReadOnly(ModelAdmin):
    """Nothing is added or changed here."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Say no."""
        return False


@admin.register(Trigger)
class TriggerAdmin(_ReadOnly):
    """All triggers of the installation."""

    list_display = ("name", "kind", "workflow", "enabled", "run_as", "last_fired_at", "started_count", "refused_count")
    list_filter = ("kind", "enabled")
    search_fields = ("name", "workflow__title")
    list_select_related = ("workflow", "run_as")
    exclude = ("sealed_secrets", "public_id")


@admin.register(Firing)
class FiringAdmin(_ReadOnly):
    """What reached the triggers lately."""

    list_display = ("at", "trigger", "outcome", "code", "message", "run", "attempts")
    list_filter = ("outcome",)
    list_select_related = ("trigger", "run")
    show_full_result_count = False
