"""Loads what must exist once Django is ready."""

from django.apps import AppConfig


class AgentClusterConfig(AppConfig):
    """The project itself: Celery is loaded here so that pure modules stay pure."""

    name = "agentcluster"
    label = "agentcluster"

    def ready(self) -> None:
        """Make the Celery application current."""
        from agentcluster import celery  # noqa: F401
