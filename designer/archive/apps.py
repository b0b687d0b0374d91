"""What becomes of runs that have ended: archived, kept for as long as wanted, deleted."""

from django.apps import AppConfig


class ArchiveConfig(AppConfig):
    """Archived logs, retention policies and the files that wait to be deleted."""

    name = "designer.archive"
    label = "archive"
    default_auto_field = "django.db.models.BigAutoField"
