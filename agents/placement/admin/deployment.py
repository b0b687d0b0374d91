"""Deployments: how many instances of which version, how they stand, and what was changed."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import AllValuesCheckboxFilter
from unfold.decorators import action, display

from agentcluster.errors import AgentClusterError
from agents.admin import render
from agents.admin.read_only import ReadOnly
from agents.bundles.access import may_decide
from agents.bundles.actions.quarantine_bundle import quarantine_bundle
from agents.placement.access import may_deploy
from agents.placement.actions.deploy import deploy
from agents.placement.actions.roll_back import roll_back
from agents.placement.actions.undeploy import undeploy
from agents.placement.admin.deployment_form import DeploymentForm
from agents.placement.admin.nodes_page import nodes_page
from agents.placement.api.rows import Row, Sight, deployment_row
from agents.placement.models import Change, Deployment

_COLOURS = {"ready": "green", "starting": "amber", "short": "red", "none": "grey"}


class ChangeInline(ReadOnly, TabularInline):
    """What was changed, newest first."""

    model = Change
    tab = True
    fields = ["at", "action", "replicas", "where", "weight", "by_whom", "why"]
    readonly_fields = fields
    extra = 0
    per_page = 20
    hide_title = True

    @display(description=_("by"))
    def by_whom(self, change: Change) -> str:
        """Show the user, or the policy and its set."""
        return change.by_name or "-"

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever sees the deployment sees its history."""
        return bool(request.user.is_staff)


@admin.register(Deployment)
class DeploymentAdmin(ModelAdmin):
    """Scaled, ended, rolled back and quarantined one by one or in bulk."""

    form = DeploymentForm
    inlines = [ChangeInline]
    list_display = ["heading", "state", "ready", "places", "weight", "reason", "by_whom", "changed_at"]
    list_display_links = ["heading"]
    list_select_related = ["changed_by"]
    list_filter = [("agent", AllValuesCheckboxFilter)]
    list_filter_submit = True
    list_filter_sheet = False
    list_per_page = 50
    search_fields = ["agent", "version", "identity"]
    compressed_fields = False
    warn_unsaved_form = True
    actions = ["one_more", "one_less", "end", "roll_back", "quarantine"]
    fieldsets: Any = [
        (None, {"fields": [("heading", "state"), ("replicas", "weight"), "reason", ("region", "role"), ("nodes", "not_nodes")]}),
        (_("Instances"), {"fields": ["slots"], "classes": ["tab"]}),
        (_("Identity"), {"fields": ["whole_identity", ("by_whom", "changed_at"), "why"], "classes": ["tab"]}),
    ]  # fmt: skip
    readonly_fields = ["heading", "state", "reason", "slots", "whole_identity", "by_whom", "changed_at", "why"]

    def get_urls(self) -> list[URLPattern]:
        """Add the page of nodes."""
        page = self.admin_site.admin_view(nodes_page)
        return [path("nodes/", page, name="placement_nodes"), *super().get_urls()]

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Staff see deployments."""
        return bool(request.user.is_active and request.user.is_staff)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Staff see deployments."""
        return self.has_module_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Deploying."""
        return may_deploy(cast(User, request.user))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Scaling."""
        return may_deploy(cast(User, request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A deployment is ended, not deleted: its history stays."""
        return False

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Quarantining bundles."""
        return may_decide(cast(User, request.user))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Deployment]:
        """Look at the cluster once for all rows of the page."""
        self._sight = Sight()
        return super().get_queryset(request)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Ask which version when there is none yet."""
        if obj is not None:
            return self.fieldsets
        return [
            (
                None,
                {"fields": [("agent", "version"), ("replicas", "weight"), ("region", "role"), ("nodes", "not_nodes")]},
            )
        ]

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the history of what is there."""
        return self.inlines if obj else []

    def save_model(self, request: HttpRequest, obj: Deployment, form: forms.ModelForm, change: bool) -> None:  # type: ignore[type-arg]
        """Do what the API does: permission, history, audit entry, push."""
        row = deploy(
            cast(User, request.user),
            obj.agent,
            obj.version,
            obj.replicas,
            where=form.cleaned_data["where"],
            weight=obj.weight,
        )
        obj.pk = row.pk

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """Do nothing: there is nothing beside it."""

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Say which fields were changed; the history beside them is written by the action."""
        return super().construct_change_message(request, form, [], add)

    @display(description=_("agent version"), ordering="agent")
    def heading(self, row: Deployment) -> SafeString:
        """Show the name and the identity's start."""
        return render.two_lines(str(row), row.identity.removeprefix("agent://sha256:")[:12])

    @display(description=_("status"))
    def state(self, row: Deployment) -> SafeString:
        """Show how it stands."""
        status = self._row(row)["status"]
        return render.badge(str(_(status)), _COLOURS[status])

    @display(description=_("instances"))
    def ready(self, row: Deployment) -> str:
        """Show how many run of how many."""
        return f"{self._row(row)['ready']} / {row.replicas}"

    @display(description=_("nodes"))
    def places(self, row: Deployment) -> SafeString | str:
        """Show the nodes that host instances."""
        names = sorted({slot["node"] for slot in self._row(row)["slots"] if slot["node"]})
        return render.chips(names) if names else "-"

    @display(description=_("reason"))
    def reason(self, row: Deployment) -> str:
        """Show why there are not as many as wanted."""
        return str(self._row(row)["reason"] or "-")

    @display(description=_("changed by"))
    def by_whom(self, row: Deployment) -> str:
        """Show the user, or the policy and its set."""
        return row.changed_by_name or "-"

    @display(description="")
    def slots(self, row: Deployment) -> SafeString:
        """Show who has which slot."""
        return SafeString(render_to_string("admin/placement/slots.html", {"slots": self._row(row)["slots"]}))

    @display(description=_("identity"))
    def whole_identity(self, row: Deployment) -> SafeString:
        """Show the content hash."""
        return render.mono(row.identity)

    @action(description=_("One instance more of the chosen"), icon="add", permissions=["change"])
    def one_more(self, request: HttpRequest, rows: QuerySet[Deployment]) -> None:
        """Scale up."""
        self._each(request, rows, lambda user, row: deploy(user, row.agent, row.version, row.replicas + 1))

    @action(description=_("One instance less of the chosen"), icon="remove", permissions=["change"])
    def one_less(self, request: HttpRequest, rows: QuerySet[Deployment]) -> None:
        """Scale down."""
        self._each(request, rows, lambda user, row: deploy(user, row.agent, row.version, max(0, row.replicas - 1)))

    @action(description=_("End the chosen deployments"), icon="stop_circle", permissions=["change"])
    def end(self, request: HttpRequest, rows: QuerySet[Deployment]) -> None:
        """Drain all their instances."""
        self._each(request, rows, lambda user, row: undeploy(user, row.agent, row.version))

    @action(description=_("Replace the agents' other versions by the chosen"), icon="undo", permissions=["change"])
    def roll_back(self, request: HttpRequest, rows: QuerySet[Deployment]) -> None:
        """Give the chosen versions the replicas of the others."""
        self._each(request, rows, lambda user, row: roll_back(user, row.agent, row.version))

    @action(description=_("Quarantine the chosen bundles"), icon="coronavirus", permissions=["decide"])
    def quarantine(self, request: HttpRequest, rows: QuerySet[Deployment]) -> None:
        """Take the bundles from the nodes: their instances end at once."""
        self._each(request, rows, lambda user, row: quarantine_bundle(user, row.identity.rpartition(":")[2]))

    def _each(self, request: HttpRequest, rows: QuerySet[Deployment], work: Any) -> None:
        """Change each by itself: one that cannot be does not hold up the others."""
        done = 0
        for row in rows:
            try:
                work(cast(User, request.user), row)
            except AgentClusterError as error:
                self.message_user(request, f"{row}: {error.message}", messages.ERROR)
                continue
            done += 1
        if done:
            words = ngettext("%d deployment was changed.", "%d deployments were changed.", done)
            self.message_user(request, words % done, messages.SUCCESS)

    def _row(self, row: Deployment) -> Row:
        sight = getattr(self, "_sight", None) or Sight()
        return deployment_row(row, sight)
