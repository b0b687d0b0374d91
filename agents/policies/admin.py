"""The history of policies in the admin panel: to look at; changes are made on the page, where each is checked."""

from typing import Any

import msgspec
from django.contrib import admin
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from agents.admin import render
from agents.policies.models import PolicySetVersion


@admin.register(PolicySetVersion)
class PolicySetVersionAdmin(ModelAdmin):
    """Every set, newest first."""

    list_display = ["number", "action", "title", "count", "by_name", "at", "note"]
    list_filter = ["action", "by_name"]
    search_fields = ["title", "note"]
    date_hierarchy = "at"
    fields = ["number", "previous", "action", "title", "note", "by_name", "at", "page", "policies"]
    readonly_fields = fields

    @display(description=_("change"))
    def page(self, _row: PolicySetVersion) -> SafeString:
        """Link to where policies are changed."""
        return format_html('<a href="/policies?view=history">{}</a>', "/policies")

    @display(description=_("policies"))
    def policies(self, row: PolicySetVersion) -> SafeString:
        """Show the set as a document."""
        return render.document(msgspec.json.decode(row.document))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Sets are made on the page."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A set never changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """The history stays."""
        return False
