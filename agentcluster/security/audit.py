"""What happens to people and access, announced as it happens; the audit trail (``designer``) writes it down."""

from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth.signals import user_logged_in
from django.dispatch import Signal
from django.http import HttpRequest

from agentcluster.security.client_address import client_address
from agentcluster.security.models import Project

if TYPE_CHECKING:
    from django.contrib.auth.models import User

happened: Final = Signal()
"""Sent with ``user`` (None: the system), ``action``, ``project`` (or None), ``object_id``, ``title`` and ``data``, in the
transaction of what happened; an error of a receiver undoes it."""


def announce(
    user: "User | None", action: str, object_id: object, title: str, project: Project | None = None, **data: Any
) -> None:
    """Say that ``user`` did ``action`` to an object; ``data`` is JSON-safe detail without secrets."""
    happened.send(None, user=user, action=action, project=project, object_id=str(object_id), title=title, data=data)


def watch_logins() -> None:
    """Announce every login from now on."""
    user_logged_in.connect(_logged_in, dispatch_uid="audit")


def _logged_in(request: HttpRequest, user: "User", **_: Any) -> None:
    method = "link" if getattr(request, "by_login_link", False) else "password"
    announce(user, "access.login", user.pk, user.get_username(), method=method, address=client_address(request))
