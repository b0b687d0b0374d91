"""The registry of message contracts."""

from django.apps import AppConfig


class ContractsConfig(AppConfig):
    """The registry of message contracts."""

    name = "agents.contracts"
    label = "contracts"
    default_auto_field = "django.db.models.BigAutoField"
