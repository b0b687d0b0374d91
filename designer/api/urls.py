"""The designer's part of ``/api/v1/``."""

from django.urls import path

from designer.api.approvals import ApprovalsView
from designer.api.artifacts import ArtifactsView, RunArtifactView, UploadedView
from designer.api.batch import BatchView
from designer.api.bulk import BulkStateView, BulkView
from designer.api.dead_letters import DeadLetterSummaryView, DeadLettersView, DeadLetterView
from designer.api.drafts import DraftView, ValidateView
from designer.api.events import EventsView
from designer.api.plans import PlanRunView, PlansView
from designer.api.redrives import BulkRedriveView, RedriveView
from designer.api.run_control import (
    CancelView,
    ContinueView,
    DecisionView,
    PauseView,
    ResumeView,
    SignalView,
    TerminateView,
)
from designer.api.run_copies import ForkView, ReplayView, RetryView
from designer.api.run_detail import RunView
from designer.api.run_why import WhyView
from designer.api.runs import RunsView, StartView
from designer.api.signals import SignalsView
from designer.api.tables import TableView
from designer.api.templates import TemplatesView, TemplateView
from designer.api.versions import PublishView, RestoreView, VersionsView, VersionView
from designer.api.workflows import WorkflowsView, WorkflowView

urlpatterns = [
    path("workflows", WorkflowsView.as_view()),
    path("workflows/<str:workflow_id>", WorkflowView.as_view()),
    path("workflows/<str:workflow_id>/draft", DraftView.as_view()),
    path("workflows/<str:workflow_id>/validate", ValidateView.as_view()),
    path("workflows/<str:workflow_id>/publish", PublishView.as_view()),
    path("workflows/<str:workflow_id>/versions", VersionsView.as_view()),
    path("workflows/<str:workflow_id>/versions/<int:number>", VersionView.as_view()),
    path("workflows/<str:workflow_id>/versions/<int:number>/restore", RestoreView.as_view()),
    path("workflows/<str:workflow_id>/runs", StartView.as_view()),
    path("workflows/<str:workflow_id>/runs/batch", BatchView.as_view()),
    path("workflows/<str:workflow_id>/signals", SignalsView.as_view()),
    path("plans", PlansView.as_view()),
    path("plans/runs", PlanRunView.as_view()),
    path("approvals", ApprovalsView.as_view()),
    path("runs", RunsView.as_view()),
    path("runs/bulk", BulkView.as_view()),
    path("bulk/<str:operation_id>", BulkStateView.as_view()),
    path("runs/<str:run_id>", RunView.as_view()),
    path("runs/<str:run_id>/events", EventsView.as_view()),
    path("runs/<str:run_id>/cancel", CancelView.as_view()),
    path("runs/<str:run_id>/terminate", TerminateView.as_view()),
    path("runs/<str:run_id>/pause", PauseView.as_view()),
    path("runs/<str:run_id>/resume", ResumeView.as_view()),
    path("runs/<str:run_id>/continue", ContinueView.as_view()),
    path("runs/<str:run_id>/retry", RetryView.as_view()),
    path("runs/<str:run_id>/replay", ReplayView.as_view()),
    path("runs/<str:run_id>/fork", ForkView.as_view()),
    path("runs/<str:run_id>/why", WhyView.as_view()),
    path("runs/<str:run_id>/signal", SignalView.as_view()),
    path("runs/<str:run_id>/approvals/<path:step>", DecisionView.as_view()),
    path("runs/<str:run_id>/artifacts/<str:digest>", RunArtifactView.as_view()),
    path("runs/<str:run_id>/artifacts/<str:digest>/table", TableView.as_view()),
    path("dead-letters", DeadLettersView.as_view()),
    path("dead-letters/summary", DeadLetterSummaryView.as_view()),
    path("dead-letters/redrive", BulkRedriveView.as_view()),
    path("dead-letters/<str:agent>/<str:entry_id>", DeadLetterView.as_view()),
    path("dead-letters/<str:agent>/<str:entry_id>/redrive", RedriveView.as_view()),
    path("artifacts", ArtifactsView.as_view()),
    path("artifacts/<str:digest>", UploadedView.as_view()),
    path("templates", TemplatesView.as_view()),
    path("templates/<str:name>", TemplateView.as_view()),
]
