"""Documents below ``/api/``. They stand before the designer's calls: ``workflows/import`` is no workflow."""

from django.urls import path

from designer.ascode.api.views import DiffView, ExportView, ImportView, workflow_schema

urlpatterns = [
    path("schema/workflow.json", workflow_schema, name="workflow-schema"),
    path("v1/workflows/import", ImportView.as_view()),
    path("v1/workflows/<str:workflow_id>/export", ExportView.as_view()),
    path("v1/workflows/<str:workflow_id>/diff", DiffView.as_view()),
]
