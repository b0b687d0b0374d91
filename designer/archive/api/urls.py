"""The archive's part of ``/api/v1/``. It stands before the designer's: ``runs/export`` is no run."""

from django.urls import path

from designer.archive.api.export import ExportRunsView, ExportRunView
from designer.archive.api.policies import PoliciesView, PolicyView, PreviewView
from designer.archive.api.storage import StorageView

urlpatterns = [
    path("runs/export", ExportRunsView.as_view()),
    path("runs/<str:run_id>/export", ExportRunView.as_view()),
    path("retention-policies", PoliciesView.as_view()),
    path("retention-policies/preview", PreviewView.as_view()),
    path("retention-policies/<int:policy_id>", PolicyView.as_view()),
    path("system/storage", StorageView.as_view()),
]
