"""Agents that join from elsewhere, and who may let them."""

from django.apps import AppConfig


class GatewayConfig(AppConfig):
    """Agents that join from elsewhere, and who may let them."""

    name = "agents.gateway"
    label = "gateway"
    verbose_name = "Gateways"
    default_auto_field = "django.db.models.BigAutoField"
