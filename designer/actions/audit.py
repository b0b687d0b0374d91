"""The audit trail: one entry for each write, in the same transaction."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User

from agentcluster.security.audit import happened
from agentcluster.security.models import Project
from designer.models import AuditEntry


def record(
    user: User | None, action: str, project: Project | None, object_id: str, title: str = "", **data: Any
) -> None:
    """Write down that ``user`` (None: the system) did ``action`` to an object; ``data`` is JSON-safe detail."""
    entry(user, action, project, object_id, title, **data).save(force_insert=True)


def entry(
    user: User | None, action: str, project: Project | None, object_id: str, title: str = "", **data: Any
) -> AuditEntry:
    """Return what ``record`` writes down, for ``record_all``."""
    return AuditEntry(user=user, action=action, project=project, object_id=object_id, title=title[:255], data=data)


def record_all(entries: Iterable[AuditEntry]) -> None:
    """Write many entries down at once."""
    AuditEntry.objects.bulk_create(entries)


def watch_access() -> None:
    """Write down logins, tokens, login links and roles from now on."""
    happened.connect(_access, dispatch_uid="audit")


def _access(
    *,
    user: User | None,
    action: str,
    project: Project | None,
    object_id: str,
    title: str,
    data: dict[str, Any],
    **_: Any,
) -> None:
    record(user, action, project, object_id, title, **data)
