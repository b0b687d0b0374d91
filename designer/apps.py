"""Workflows and runs."""

from django.apps import AppConfig


class DesignerConfig(AppConfig):
    """The designer: drafts, versions, runs."""

    name = "designer"
    default_auto_field = "django.db.models.BigAutoField"
