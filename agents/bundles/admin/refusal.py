"""Uploads that were refused: look, find."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.template.defaultfilters import filesizeformat
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import AllValuesCheckboxFilter, RangeDateTimeFilter
from unfold.decorators import display

from agents.admin import render
from agents.admin.read_only import ReadOnly
from agents.bundles.models import Refusal


@admin.register(Refusal)
class RefusalAdmin(ReadOnly, ModelAdmin):
    """Who sent what, newest first, with every check."""

    list_display = ["heading", "code", "failed", "length", "dry_run", "by", "at"]
    list_display_links = ["heading"]
    list_select_related = ["by"]
    list_filter = [("code", AllValuesCheckboxFilter), "dry_run", ("at", RangeDateTimeFilter)]
    list_filter_submit = True
    list_filter_sheet = False
    search_fields = ["name", "bundle", "zip_digest", "by__username"]
    list_per_page = 50
    compressed_fields = False
    fieldsets: Any = [
        (None, {"fields": ["heading", "message", ("code", "dry_run"), "zip_hash", ("length", "name"), ("by", "at")]}),
        (_("Checks"), {"fields": ["check_table"], "classes": ["tab"]}),
    ]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Staff see what was refused."""
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff see what was refused."""
        return self.has_module_permission(request)

    @display(description=_("upload"), ordering="name")
    def heading(self, refusal: Refusal) -> str:
        """Show what it was, as far as that is known."""
        return str(refusal)

    @display(description=_("failed checks"))
    def failed(self, refusal: Refusal) -> str:
        """Show what it failed for."""
        return ", ".join(sorted({check["name"] for check in refusal.checks if not check["ok"]})) or "-"

    @display(description=_("size"), ordering="size")
    def length(self, refusal: Refusal) -> str:
        """Show the size for people."""
        return "-" if refusal.size is None else filesizeformat(refusal.size)

    @display(description="SHA-256")
    def zip_hash(self, refusal: Refusal) -> SafeString:
        """Show the hash of the zip."""
        return render.mono(refusal.zip_digest or "-")

    @display(description="")
    def check_table(self, refusal: Refusal) -> SafeString:
        """Show every check with its outcome."""
        return SafeString(render_to_string("admin/bundles/checks.html", {"checks": refusal.checks}))
