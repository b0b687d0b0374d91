"""The agent registry."""

from importlib import import_module

from django.apps import AppConfig


class AgentsConfig(AppConfig):
    """Agents, versions, capabilities."""

    name = "agents"
    verbose_name = "Registry"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks of settings."""
        import_module("agents.setting_checks")
