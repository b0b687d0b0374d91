"""Accounts, projects, tokens."""

from django.apps import AppConfig


class SecurityConfig(AppConfig):
    """Who may do what."""

    name = "agentcluster.security"
    label = "security"
    default_auto_field = "django.db.models.BigAutoField"
