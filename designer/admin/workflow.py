"""Workflows: look, find, delete. They are edited in the designer, where they are checked."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from agentcluster.errors import AgentClusterError
from agents.admin import render
from agents.admin.read_only import ReadOnly
from designer.actions.delete_workflow import delete_workflow
from designer.models import Workflow, WorkflowVersion


class VersionInline(ReadOnly, TabularInline):
    """The published versions of a workflow, newest first."""

    model = WorkflowVersion
    fields = ["number", "digest", "note", "created_by", "created_at"]
    readonly_fields = fields
    extra = 0
    tab = True
    hide_title = True
    verbose_name_plural = _("Published versions")

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowVersion]:
        """Leave out the snapshots of drafts."""
        rows: QuerySet[WorkflowVersion] = super().get_queryset(request)
        return rows.filter(number__isnull=False).defer("graph")


@admin.register(Workflow)
class WorkflowAdmin(ModelAdmin):
    """Everything is shown, nothing but deleting is done here."""

    inlines = [VersionInline]
    list_display = ["heading", "project", "newest", "draft_revision", "draft_updated_by", "updated_at"]
    list_select_related = ["project", "draft_updated_by"]
    list_filter = ["project"]
    search_fields = ["name", "title", "description"]
    fields = ["title", "name", "description", "project", "draft_revision", "draft_updated_by", "updated_at", "document"]
    readonly_fields = fields
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Workflows are made in the designer."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Workflows are edited in the designer."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Workflow]:
        """Bring the newest version's number along."""
        rows: QuerySet[Workflow] = super().get_queryset(request)
        return rows.annotate(newest_number=Max("versions__number"))

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Ask, then delete; a workflow that is still running is kept, and it is said why."""
        try:
            return super().delete_view(request, object_id, extra_context)
        except AgentClusterError as error:
            messages.error(request, error.message)
            return self.response_post_save_change(request, None)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Versions and finished runs go with their workflow; who may delete it may delete them."""
        found, counts, _permissions, _protected = super().get_deleted_objects(objs, request)
        return found, counts, set(), []

    def delete_model(self, request: HttpRequest, obj: Workflow) -> None:
        """Delete as the API does."""
        delete_workflow(request.user, obj)  # type: ignore[arg-type]  # staff are users

    @display(description=_("workflow"), ordering="title")
    def heading(self, workflow: Workflow) -> SafeString:
        """Show title and name."""
        return render.two_lines(workflow.title, workflow.name)

    @display(description=_("published"), ordering="newest_number")
    def newest(self, workflow: Workflow) -> Any:
        """Show the newest version's number."""
        return vars(workflow)["newest_number"] or "–"

    @display(description=_("draft"))
    def document(self, workflow: Workflow) -> SafeString:
        """Show the draft as a document."""
        return render.document(workflow.draft)
