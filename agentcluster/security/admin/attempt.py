"""Wrong passwords and logins, as django-axes keeps them; deleting an attempt lifts a lock-out."""

from typing import Any

from axes.admin import AccessAttemptAdmin as AxesAttemptAdmin
from axes.admin import AccessLogAdmin as AxesLogAdmin
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from agentcluster.security.admin.superuser_only import SuperuserOnly

for model in (AccessAttempt, AccessLog, AccessFailureLog):
    admin.site.unregister(model)


@admin.register(AccessAttempt)
class AccessAttemptAdmin(SuperuserOnly, AxesAttemptAdmin, ModelAdmin):
    """Who is locked out."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start", "status", "user_agent"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Written by django-axes."""
        return False


@admin.register(AccessLog)
class AccessLogAdmin(SuperuserOnly, AxesLogAdmin, ModelAdmin):
    """Who logged in, from where."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Written by django-axes."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A log is not changed."""
        return False
