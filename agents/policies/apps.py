"""The policy centre."""

from django.apps import AppConfig


class PoliciesConfig(AppConfig):
    """The policy centre."""

    name = "agents.policies"
    label = "policies"
    default_auto_field = "django.db.models.BigAutoField"
