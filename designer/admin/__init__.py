"""The designer's part of the admin panel: look at workflows, runs, uploads and the audit trail; cancel and delete."""

from designer.admin import audit, bulk, run, upload, workflow  # noqa: F401 - registers the models
