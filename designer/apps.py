"""Workflows and runs."""

from django.apps import AppConfig


class DesignerConfig(AppConfig):
    """The designer: drafts, versions, runs."""

    name = "designer"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Begin to write down what happens to people and access; tell who uses message contracts."""
        from agents.contracts.usage import add_finder
        from designer.actions.audit import watch_access
        from designer.contracts import usage

        watch_access()
        add_finder(usage.find)
