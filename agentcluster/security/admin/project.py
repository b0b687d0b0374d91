"""Projects and their members."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import display

from agentcluster.security.admin.role_changes import TellsRoleChanges
from agentcluster.security.admin.superuser_only import SuperuserOnly
from agentcluster.security.models import Membership, Project


class MemberInline(SuperuserOnly, TabularInline):
    """Who is in the project, and as what."""

    model = Membership
    extra = 1
    verbose_name = _("member")
    verbose_name_plural = _("Members")
    autocomplete_fields = ["user"]
    hide_title = True


@admin.register(Project)
class ProjectAdmin(TellsRoleChanges, SuperuserOnly, ModelAdmin):
    """The spaces that workflows, runs and files belong to."""

    inlines = [MemberInline]
    list_display = ["name", "slug", "members", "created_at"]
    search_fields = ["name", "slug"]
    fields = ["name", "slug"]
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Project]:
        """Count the members of each project."""
        return super().get_queryset(request).annotate(count=Count("memberships"))

    @display(description=_("members"), ordering="count")
    def members(self, project: Project) -> int:
        """Show how many members the project has."""
        count: int = project.count  # type: ignore[attr-defined]  # annotated above
        return count
