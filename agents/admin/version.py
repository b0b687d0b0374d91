"""Agent versions: immutable, shown in full."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import MultipleRelatedDropdownFilter, RangeDateTimeFilter, RelatedDropdownFilter
from unfold.decorators import display

from agents.admin import render
from agents.admin.read_only import ReadOnly
from agents.models import AgentVersion


@admin.register(AgentVersion)
class AgentVersionAdmin(ReadOnly, ModelAdmin):
    """What a node registered."""

    list_display = ["heading", "version", "capability_chips", "work", "concurrency", "identity_short", "created_at"]
    list_display_links = ["heading", "version"]
    list_filter = [
        ("agent", RelatedDropdownFilter),
        ("capabilities", MultipleRelatedDropdownFilter),
        ("created_at", RangeDateTimeFilter),
    ]
    list_filter_submit = True
    list_filter_sheet = False
    list_select_related = ["agent"]
    compressed_fields = False
    search_fields = ["agent__name", "agent__search_text", "version", "identity"]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("agent", "version"),
                    "whole_identity",
                    "capability_chips",
                    ("work", "concurrency"),
                    "entry_point",
                    "created_at",
                ]
            },
        ),
        (_("Input"), {"fields": ["input_schema"], "classes": ["tab"]}),
        (_("Output"), {"fields": ["output_schema"], "classes": ["tab"]}),
        (_("Manifest"), {"fields": ["manifest_json"], "classes": ["tab"]}),
    ]
    readonly_fields = [
        "whole_identity", "capability_chips", "work", "concurrency", "entry_point",
        "input_schema", "output_schema", "manifest_json",
    ]  # fmt: skip

    @display(description=_("agent"), ordering="agent__name")
    def heading(self, version: AgentVersion) -> SafeString:
        """Show the agent's title over its name."""
        return render.two_lines(version.agent.title.get("en") or version.agent.name, version.agent.name)

    @display(description=_("capabilities"))
    def capability_chips(self, version: AgentVersion) -> SafeString:
        """Show what the version can do."""
        return render.chips(version.manifest["capabilities"], most=8)

    @display(description=_("runs"))
    def work(self, version: AgentVersion) -> str:
        """Show where calls run on the node."""
        return str(_("in a worker process") if version.manifest.get("cpu_bound") else _("on the event loop"))

    @display(description=_("calls at once"))
    def concurrency(self, version: AgentVersion) -> int:
        """Show how many calls one instance takes."""
        limits = version.manifest.get("limits") or {}
        return int(limits.get("concurrency", 4))

    @display(description=_("identity"))
    def identity_short(self, version: AgentVersion) -> SafeString:
        """Show the start of the content hash."""
        return render.short_identity(version.identity)

    @display(description=_("identity"))
    def whole_identity(self, version: AgentVersion) -> SafeString:
        """Show the content hash."""
        return render.mono(version.identity)

    @display(description=_("entry point"))
    def entry_point(self, version: AgentVersion) -> SafeString:
        """Show the function behind the agent."""
        return render.mono(version.manifest["entry_point"])

    @display(description="")
    def input_schema(self, version: AgentVersion) -> SafeString:
        """Show the fields of the input."""
        return render.schema(version.intent_schema.input)

    @display(description="")
    def output_schema(self, version: AgentVersion) -> SafeString:
        """Show the fields of the output."""
        return render.schema(version.intent_schema.output)

    @display(description="")
    def manifest_json(self, version: AgentVersion) -> SafeString:
        """Show the manifest as it was registered."""
        return render.document(version.manifest)
