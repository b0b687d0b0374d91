"""Deny by default: logged in, and for every object a role in its project."""

from typing import TYPE_CHECKING, Any, Final

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from agentcluster.security.models import Project
from agentcluster.security.permissions import Action, require

if TYPE_CHECKING:
    from rest_framework.views import APIView

_BY_METHOD: Final = {
    "GET": Action.VIEW,
    "HEAD": Action.VIEW,
    "OPTIONS": Action.VIEW,
    "DELETE": Action.DELETE,
}


def project_of(row: Any) -> Project:
    """Return the project a row belongs to: itself, its ``project``, or its ``workflow``'s project."""
    if isinstance(row, Project):
        return row
    if hasattr(row, "project"):
        project: Project = row.project
        return project
    return project_of(row.workflow)


class LoggedIn(BasePermission):
    """Anyone with an active account: for what all users share, such as the agent registry."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Say whether the request has an account behind it."""
        return request.user.is_authenticated


class ProjectRole(LoggedIn):
    """The user's role in the object's project allows the action.

    A view may name its actions by method: ``actions = {"POST": Action.RUN}``; otherwise reading needs ``view``,
    ``DELETE`` needs ``delete`` and all else ``edit``.
    """

    def has_object_permission(self, request: Request, view: "APIView", row: Any) -> bool:
        """Pass, or raise ``NotFoundError`` (not visible) or ``ForbiddenError`` (role too low)."""
        actions: dict[str, Action] = getattr(view, "actions", {})
        method = request.method or "GET"
        require(request.user, actions.get(method, _BY_METHOD.get(method, Action.EDIT)), project_of(row))
        return True
