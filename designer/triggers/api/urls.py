"""Triggers below ``/api/v1/``."""

from django.urls import path

from designer.triggers.api.views import (
    FiringsView,
    ScheduleView,
    SecretView,
    TestView,
    TriggersView,
    TriggerView,
)

urlpatterns = [
    path("workflows/<str:workflow_id>/triggers", TriggersView.as_view()),
    path("triggers/schedule", ScheduleView.as_view()),
    path("triggers/<str:trigger_id>", TriggerView.as_view()),
    path("triggers/<str:trigger_id>/firings", FiringsView.as_view()),
    path("triggers/<str:trigger_id>/test", TestView.as_view()),
    path("triggers/<str:trigger_id>/rotate-secret", SecretView.as_view()),
]
