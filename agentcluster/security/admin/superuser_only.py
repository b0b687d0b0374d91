"""Whoever can change accounts, roles or tokens can become anybody: so only superusers may."""

from typing import Any

from django.http import HttpRequest


def is_superuser(request: HttpRequest) -> bool:
    """Say whether an active superuser asks."""
    return bool(request.user.is_active and getattr(request.user, "is_superuser", False))


class SuperuserOnly:
    """Every permission of the model needs a superuser, whatever groups and permissions say."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """See the model in lists."""
        return is_superuser(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Look."""
        return is_superuser(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Add."""
        return is_superuser(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Change."""
        return is_superuser(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Delete."""
        return is_superuser(request)
