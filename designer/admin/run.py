"""Runs: look, find, cancel."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesCheckboxFilter
from unfold.decorators import action, display

from agentcluster.errors import AgentClusterError
from agents.admin import render
from agents.admin.read_only import ReadOnly
from designer.actions.cancel_run import cancel_run
from designer.models import Run

_COLOURS = {
    "completed": "success",
    "failed": "danger",
    "terminated": "danger",
    "running": "info",
    "waiting": "info",
    "paused": "warning",
    "cancelling": "warning",
    "compensating": "warning",
}


@admin.register(Run)
class RunAdmin(ReadOnly, ModelAdmin):
    """The log says how a run went; here is its projection."""

    list_display = ["number", "workflow", "state", "steps", "created_by", "created_at", "ended_at"]
    list_select_related = ["workflow", "created_by"]
    list_filter = [("status", ChoicesCheckboxFilter), ("priority", ChoicesCheckboxFilter), "project"]
    search_fields = ["id", "workflow__title", "workflow__name", "trace_id", "trigger", "origin_run"]
    fields = [
        *("page", "workflow", "version", "status", "steps", "problem", "created_by", "created_at", "started_at"),
        *("ended_at", "priority", "trigger", "made_from", "trace_id", "labels", "given", "result"),
    ]
    readonly_fields = fields
    actions = ["cancel"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Run]:
        """Leave large columns where they are."""
        rows: QuerySet[Run] = super().get_queryset(request)
        return rows.defer("workflow__draft")

    @action(description=_("Cancel the selected runs"))
    def cancel(self, request: HttpRequest, queryset: QuerySet[Run]) -> None:
        """Ask the selected runs to stop, as the API does; say how many could not be asked."""
        refused: list[str] = []
        runs = list(queryset.select_related("project", "workflow"))
        for run in runs:
            try:
                cancel_run(request.user, run, "Cancelled in the admin panel")  # type: ignore[arg-type]  # staff are users
            except AgentClusterError as error:
                refused.append(f"{run.pk}: {error.message}")
        told = len(runs) - len(refused)
        if told:
            messages.success(request, ngettext("%d run was told to stop.", "%d runs were told to stop.", told) % told)
        for sentence in refused[:10]:
            messages.warning(request, sentence)

    @display(description=_("run"), ordering="id")
    def number(self, run: Run) -> SafeString:
        """Show the id in the fixed-width face."""
        return render.mono(run.pk)

    @display(description=_("status"), ordering="status", label=_COLOURS)
    def state(self, run: Run) -> tuple[str, Any]:
        """Show the status as a label."""
        return run.status, run.get_status_display()

    @display(description=_("steps"))
    def steps(self, run: Run) -> str:
        """Show done of total."""
        return f"{run.steps_done}/{run.steps_total}"

    @display(description=_("trace"))
    def page(self, run: Run) -> SafeString:
        """Link to the run's page."""
        return format_html('<a href="/runs/{}">{}</a>', run.pk, _("Open the live trace"))

    @display(description=_("made from"))
    def made_from(self, run: Run) -> SafeString | str:
        """Link to the run this one was made from, and say how and why."""
        origin = run.origin
        if not origin:
            return "–"
        address = reverse("admin:designer_run_change", args=[origin["run_id"]])
        why = f" – {origin['reason']}" if origin.get("reason") else ""
        return format_html('<a href="{}">{}</a> ({}){}', address, origin["run_id"], origin["kind"], why)

    @display(description=_("error"))
    def problem(self, run: Run) -> str:
        """Show why the run failed."""
        return str((run.error or {}).get("message", "–"))

    @display(description=_("input"))
    def given(self, run: Run) -> SafeString:
        """Show the input as a document."""
        return render.document(run.input)

    @display(description=_("output"))
    def result(self, run: Run) -> SafeString:
        """Show the output as a document."""
        return render.document(run.output)
