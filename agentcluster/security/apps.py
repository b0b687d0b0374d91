"""Accounts, projects, tokens."""

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    """Who may do what."""

    name = "agentcluster.security"
    label = "security"
    verbose_name = "People and access"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Begin to announce logins."""
        from agentcluster.security.audit import watch_logins

        watch_logins()
