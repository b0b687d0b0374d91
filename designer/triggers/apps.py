"""Triggers."""

from django.apps import AppConfig


class TriggersConfig(AppConfig):
    """What starts runs without a person."""

    name = "designer.triggers"
    label = "triggers"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Clean up behind triggers that are deleted, however that happens."""
        from designer.triggers import leftovers

        leftovers.watch()
