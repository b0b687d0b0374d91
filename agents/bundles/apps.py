"""Bundles of agents: uploaded, checked, approved, fetched by nodes."""

from django.apps import AppConfig


class BundlesConfig(AppConfig):
    """Bundles of agents: uploaded, checked, approved, fetched by nodes."""

    name = "agents.bundles"
    label = "bundles"
    default_auto_field = "django.db.models.BigAutoField"
