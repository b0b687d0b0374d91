"""How many instances are wanted of which agent version, and where."""

from django.apps import AppConfig


class PlacementConfig(AppConfig):
    """How many instances are wanted of which agent version, and where."""

    name = "agents.placement"
    label = "placement"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Follow the decisions on bundles."""
        from agents.placement.listening import listen

        listen()
