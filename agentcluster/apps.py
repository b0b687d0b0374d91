"""Loads what must exist once Django is ready."""

from django.apps import AppConfig


class AgentClusterConfig(AppConfig):
    """The project itself: Celery is loaded here so that pure modules stay pure."""

    name = "agentcluster"
    label = "agentcluster"

    def ready(self) -> None:
        """Make the Celery application current; let the admin panel's names be translated."""
        from agentcluster import celery  # noqa: F401
        from agentcluster.admin_words import translate_names

        translate_names()
