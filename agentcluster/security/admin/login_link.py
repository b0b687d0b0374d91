"""Login links that were made; new ones are made on the page of a user."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from agentcluster.security.admin.superuser_only import SuperuserOnly, is_superuser
from agentcluster.security.models import LoginLink


@admin.register(LoginLink)
class LoginLinkAdmin(SuperuserOnly, ModelAdmin):
    """Deleting an open link makes it useless."""

    list_display = ["user", "state", "expires_at", "used_at"]
    list_select_related = ["user"]
    search_fields = ["user__username"]
    fields = ["user", "state", "expires_at", "used_at"]
    ordering = ["-expires_at"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Made on the user's page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A link never changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Take a link back."""
        return is_superuser(request)

    @display(description=_("state"), label={"open": "success", "used": "info", "expired": "default"})
    def state(self, link: LoginLink) -> tuple[str, Any]:
        """Show whether the link still works."""
        if link.used_at is not None:
            return "used", _("used")
        return ("open", _("open")) if link.expires_at > timezone.now() else ("expired", _("expired"))
