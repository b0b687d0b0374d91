"""Bulk operations: look, find."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from agents.admin import render
from agents.admin.read_only import ReadOnly
from designer.models import BulkOperation


@admin.register(BulkOperation)
class BulkOperationAdmin(ReadOnly, ModelAdmin):
    """What was done to many runs at once."""

    list_display = ["id", "action", "total", "done", "created_by", "created_at", "ended_at"]
    list_select_related = ["created_by"]
    list_filter = ["action"]
    search_fields = ["id", "reason", "created_by__username"]
    fields = [
        *("id", "action", "reason", "chosen", "total", "done", "refusals"),
        *("created_by", "created_at", "touched_at", "ended_at"),
    ]
    readonly_fields = fields

    @display(description=_("filter"))
    def chosen(self, operation: BulkOperation) -> SafeString:
        """Show how the runs were chosen."""
        return render.document(operation.filter)

    @display(description=_("refused"))
    def refusals(self, operation: BulkOperation) -> SafeString:
        """Show why runs refused."""
        return render.document(operation.refused)
