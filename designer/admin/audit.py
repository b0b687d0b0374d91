"""The audit trail: look, find."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from agents.admin import render
from agents.admin.read_only import ReadOnly
from designer.models import AuditEntry


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly, ModelAdmin):
    """Who did what, newest first."""

    list_display = ["at", "user", "action", "title", "object_id", "project"]
    list_select_related = ["user", "project"]
    list_filter = ["action", "project"]
    search_fields = ["object_id", "title", "user__username"]
    date_hierarchy = "at"
    fields = ["at", "user", "action", "title", "object_id", "project", "detail"]
    readonly_fields = fields

    @display(description=_("details"))
    def detail(self, entry: AuditEntry) -> SafeString:
        """Show the data as a document."""
        return render.document(entry.data)
