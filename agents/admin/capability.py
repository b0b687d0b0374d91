"""Capabilities: words that agents are found by."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display

from agents.models import Capability


@admin.register(Capability)
class CapabilityAdmin(ModelAdmin):
    """The description can be edited; the name comes from manifests."""

    list_display = ["name", "description", "agent_count"]
    search_fields = ["name", "description"]
    fields = ["name", "description", "agents"]
    readonly_fields = ["name", "agents"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Capability]:
        """Count the agents of each capability."""
        return super().get_queryset(request).annotate(count=Count("versions__agent", distinct=True))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Capabilities come from manifests."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Versions keep what they were registered with."""
        return False

    @display(description=_("agents"), ordering="count")
    def agent_count(self, capability: Capability) -> int:
        """Show how many agents have it, in any version."""
        count: int = capability.count  # type: ignore[attr-defined]  # annotated above
        return count

    @display(description=_("agents"))
    def agents(self, capability: Capability) -> str:
        """List the agents that have it, in any version."""
        names = capability.versions.order_by("agent__name").values_list("agent__name", flat=True).distinct()
        return ", ".join(names) or "-"
