"""Agents: find, read, edit, enable and disable."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import AllValuesCheckboxFilter, BooleanRadioFilter, MultipleRelatedDropdownFilter
from unfold.decorators import action, display

from agents.admin import figures, render
from agents.admin.agent_form import AgentForm
from agents.admin.read_only import ReadOnly
from agents.models import Agent, AgentVersion
from agents.registry.catalogue import newest, with_newest
from agents.registry.search import matching, search_text


class VersionInline(ReadOnly, TabularInline):
    """The versions of an agent, newest first."""

    model = AgentVersion
    tab = True
    verbose_name_plural = _("Versions")
    fields = ["version", "capability_chips", "identity_short", "created_at"]
    readonly_fields = fields
    show_change_link = True
    extra = 0
    per_page = 20
    hide_title = True

    @display(description=_("capabilities"))
    def capability_chips(self, version: AgentVersion) -> SafeString:
        """Show what the version can do."""
        return render.chips(version.manifest["capabilities"])

    @display(description=_("identity"))
    def identity_short(self, version: AgentVersion) -> SafeString:
        """Show the start of the content hash."""
        return render.short_identity(version.identity)


@admin.register(Agent)
class AgentAdmin(ModelAdmin):
    """How people see an agent can be edited; what it is stands in its versions."""

    form = AgentForm
    inlines = [VersionInline]
    list_display = [
        "heading",
        "newest_version",
        "capability_chips",
        "live_instances",
        "category",
        "state",
        "updated_at",
    ]
    list_display_links = ["heading"]
    list_filter = [
        ("enabled", BooleanRadioFilter),
        ("category", AllValuesCheckboxFilter),
        ("versions__capabilities", MultipleRelatedDropdownFilter),
    ]
    list_filter_submit = True
    list_filter_sheet = False
    list_per_page = 50
    search_fields = ["search_text"]
    search_help_text = _("Name, title or description in any language, capability")
    readonly_fields = [
        "name", "newest_version", "capability_chips", "live_instances", "input_schema", "output_schema", "created_at",
        "updated_at",
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": [("name", "newest_version"), ("capability_chips", "live_instances"), "enabled"]}),
        (
            _("How people see it"),
            {
                "fields": [("title_en", "title_zh"), ("description_en", "description_zh"), ("category", "icon")],
                "classes": ["tab"],
            },
        ),
        (_("Input"), {"fields": ["input_schema"], "classes": ["tab"]}),
        (_("Output"), {"fields": ["output_schema"], "classes": ["tab"]}),
        (_("Dates"), {"fields": [("created_at", "updated_at")], "classes": ["tab"]}),
    ]
    actions = ["enable", "disable"]
    warn_unsaved_form = True
    compressed_fields = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agent]:
        """Load the newest versions with the agents."""
        return with_newest(super().get_queryset(request))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Agent], search_term: str
    ) -> tuple[QuerySet[Agent], bool]:
        """Search as the API does."""
        return matching(queryset, search_term), False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Agents come from the nodes that host them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Published workflows name agents: disable them instead."""
        return False

    def save_model(self, request: HttpRequest, obj: Agent, form: Any, change: bool) -> None:
        """Keep the words people search by in step with the texts."""
        version = newest(obj)
        obj.search_text = search_text(obj, version.manifest["capabilities"] if version else ())
        super().save_model(request, obj, form, change)

    @display(description=_("agent"), ordering="name")
    def heading(self, agent: Agent) -> SafeString:
        """Show the title over the name."""
        return render.two_lines(agent.title.get("en") or agent.name, agent.name)

    @display(description=_("newest version"))
    def newest_version(self, agent: Agent) -> str:
        """Show the version number."""
        version = newest(agent)
        return version.version if version else "-"

    @display(description=_("capabilities"))
    def capability_chips(self, agent: Agent) -> SafeString | str:
        """Show what the newest version can do."""
        version = newest(agent)
        return render.chips(version.manifest["capabilities"]) if version else "-"

    @display(description=_("live instances"))
    def live_instances(self, agent: Agent) -> SafeString | str:
        """Show how many instances nodes host now."""
        counts = figures.instance_counts()
        if counts is None:
            return render.badge(str(_("unknown")), "amber", figures.live().detail)
        count = counts[agent.name]
        return render.badge(str(count), "green" if count else "grey")

    @display(description=_("state"), ordering="enabled", label={"on": "success", "off": "danger"})
    def state(self, agent: Agent) -> tuple[str, Any]:
        """Show whether the agent can be used."""
        return ("on", _("enabled")) if agent.enabled else ("off", _("disabled"))

    @display(description="")
    def input_schema(self, agent: Agent) -> SafeString | str:
        """Show the fields of the input."""
        version = newest(agent)
        return render.schema(version.intent_schema.input) if version else "-"

    @display(description="")
    def output_schema(self, agent: Agent) -> SafeString | str:
        """Show the fields of the output."""
        version = newest(agent)
        return render.schema(version.intent_schema.output) if version else "-"

    @action(description=_("Enable the chosen agents"), icon="toggle_on", permissions=["change"])
    def enable(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        """Let the agents be used again."""
        self._switch(request, agents, enabled=True)

    @action(description=_("Disable the chosen agents"), icon="toggle_off", permissions=["change"])
    def disable(self, request: HttpRequest, agents: QuerySet[Agent]) -> None:
        """Take the agents out of use; runs that started stay as they are."""
        self._switch(request, agents, enabled=False)

    def _switch(self, request: HttpRequest, agents: QuerySet[Agent], *, enabled: bool) -> None:
        changed = [agent for agent in agents if agent.enabled is not enabled]
        for agent in changed:
            agent.enabled = enabled
            agent.save(update_fields=["enabled", "updated_at"])
            self.log_change(request, agent, [{"changed": {"fields": ["enabled"]}}])
        words = (
            ngettext("%d agent was enabled.", "%d agents were enabled.", len(changed))
            if enabled
            else ngettext("%d agent was disabled.", "%d agents were disabled.", len(changed))
        )
        self.message_user(request, words % len(changed), messages.SUCCESS)
