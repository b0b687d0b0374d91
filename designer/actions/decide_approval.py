"""Approve or reject at a step that waits for people."""

from typing import Any

from django.contrib.auth.models import User

from agentcluster.security.permissions import Action
from agents.domain.schema_check import with_defaults
from designer.actions.approvers import require_approver
from designer.actions.file_references import known_files
from designer.actions.inline_data import require_fitting, require_small
from designer.actions.run_errors import AlreadyDecidedError, ApprovalNotOpenError
from designer.actions.standing import Asked, Standing, read_standing
from designer.actions.telling import require_open, tell
from designer.domain.commands import Decide
from designer.models import Run


def decide_approval(user: User, run: Run, step: str, *, approved: bool, comment: str = "", data: Any = None) -> None:
    """Send the decision with its comment and the filled-in form, defaults included.

    Raises:
        NotFoundError: the user may not see the run.
        RunFinishedError: it has ended.
        ApprovalNotOpenError: the step does not wait for an approval (any more, or yet).
        NotAnApproverError: others may decide, not the user.
        AlreadyDecidedError: the user has approved, and it needs somebody else, too.
        TooLargeError, InvalidDataError: the form is too large, does not fit, or names a file that is not the project's.
        StreamsUnavailableError: Redis is away; nothing was decided.
    """
    require_open(user, Action.VIEW, run)
    asked = _open(read_standing(run.pk), step)
    request = asked.request
    require_approver(user, request.approvers, request.groups, run.project)
    if user.get_username() in asked.given:
        raise AlreadyDecidedError
    require_small(data)
    form = known_files(_form(request.schema, data, approved), run)
    decision = Decide(by=user.get_username(), reason=comment, step=step, approved=approved, data=form)
    tell(user, run, decision, step=step, approved=approved)


def _open(standing: Standing, step: str) -> Asked:
    asked = standing.approvals.get(step)
    if asked is None:
        waiting = sorted(standing.approvals)
        others = f" Waiting are: {', '.join(waiting)}." if waiting else ""
        raise ApprovalNotOpenError(f"The step “{step}” does not wait for an approval.{others}", open=waiting)
    return asked


def _form(schema: dict[str, Any], data: Any, approved: bool) -> Any:
    """Return the data to send. A rejection may come without the form; what it does bring has to fit, too."""
    if not schema or (data is None and not approved):
        return data
    form = with_defaults(schema, {} if data is None else data)
    require_fitting([schema], form)
    return form
