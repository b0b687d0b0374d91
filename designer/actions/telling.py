"""Puts a command into a run's inbox, and into the audit trail who did and why; what its owner makes of it is its event."""

from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from agentcluster.security import permissions
from agentcluster.security.permissions import Action
from designer.actions import audit
from designer.actions.errors import RunFinishedError
from designer.domain.commands import Command
from designer.engine.inbox import send
from designer.models import OPEN_STATUSES, Run
from designer.traces.log import OPEN, read_meta


def require_open(user: User, action: Action, run: Run) -> None:
    """Check the right to command the run, and that it goes on, by its row and by its log.

    Raises:
        ForbiddenError, NotFoundError: the user may not do this in the project.
        RunFinishedError: it has ended.
        StreamsUnavailableError: Redis is away.
    """
    permissions.require(user, action, run.project)
    meta = read_meta(run.pk)
    if run.status not in OPEN_STATUSES or (meta is not None and meta.status != OPEN):
        how = f" ({run.get_status_display().lower()})" if run.status not in OPEN_STATUSES else ""
        raise RunFinishedError(f"The run has already ended{how}.", run_status=run.status)


def tell(user: User, run: Run, command: Command, *, once: str = "", **data: Any) -> None:
    """Send the command and write it down, both or neither; ``data`` goes into the audit entry beside the reason.

    Told again with the same ``once`` within a minute, the run gets it once.

    Raises ``RunFinishedError`` when the run has ended by now, ``InboxFullError``, ``StreamsUnavailableError``.
    """
    name = str(command.__struct_config__.tag)
    with transaction.atomic():
        audit.record(user, f"run.{name}", run.project, run.pk, run.workflow.title, reason=command.reason, **data)
        if not send(run.pk, command, once):
            raise RunFinishedError
