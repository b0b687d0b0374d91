"""Rows the admin panel shows but never changes."""

from typing import Any

from django.http import HttpRequest


class ReadOnly:
    """No adding, changing or deleting; looking needs the usual permission."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows come from the nodes that host the agents."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A version never changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Published workflows name versions: disable the agent instead."""
        return False
