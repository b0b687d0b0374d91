"""Contracts in the admin panel: to look at; they are changed on the page, over the API or by the command line."""

from typing import Any

from django.contrib import admin
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from agents.admin.read_only import ReadOnly
from agents.contracts.models import Contract, ContractVersion


class VersionInline(ReadOnly, TabularInline):
    """The versions of a contract."""

    model = ContractVersion
    fields = ["number", "semver", "schema", "deleted", "created_at", "created_by"]
    readonly_fields = fields
    extra = 0
    ordering = ["-number"]


@admin.register(Contract)
class ContractAdmin(ReadOnly, ModelAdmin):
    """Every contract with its newest version."""

    list_display = ["name", "project", "pattern", "newest", "compatibility", "mode", "system", "updated_at"]
    list_filter = ["system", "project"]
    list_select_related = ["project"]
    search_fields = ["name", "pattern"]
    fields = ["name", "project", "pattern", "compatibility", "mode", "system", "created_at", "updated_at"]
    inlines = [VersionInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Contract]:
        """Count the versions in the same query."""
        return super().get_queryset(request).annotate(newest_number=Max("versions__number"))

    @display(description=_("newest version"), ordering="newest_number")
    def newest(self, contract: Any) -> str:
        """Show the newest version's number."""
        return str(contract.newest_number or "")
