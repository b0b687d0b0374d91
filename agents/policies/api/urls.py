"""The policy centre's part of ``/api/v1/``."""

from django.urls import path

from agents.policies.api.history import DiffView, HistoryView, RollBackView, TryView, VersionView
from agents.policies.api.views import CheckView, OnePolicyView, PoliciesView, SchemaView, StateView

urlpatterns = [
    path("policies", PoliciesView.as_view(), name="api-policies"),
    path("policies/check", CheckView.as_view()),
    path("policies/schema", SchemaView.as_view()),
    path("policies/state", StateView.as_view()),
    path("policies/try", TryView.as_view()),
    path("policies/rollback", RollBackView.as_view()),
    path("policies/history", HistoryView.as_view()),
    path("policies/history/<int:number>", VersionView.as_view()),
    path("policies/history/<int:before>/diff/<int:after>", DiffView.as_view()),
    path("policies/<str:name>", OnePolicyView.as_view()),
]
