"""What a bulk operation does to one run, where that is more than a word to its owner."""

from collections.abc import Callable
from typing import Any, Final

from django.contrib.auth.models import User

from designer.actions.continue_run import continue_run
from designer.actions.decide_approval import decide_approval
from designer.actions.delete_run import delete_run
from designer.actions.fork_run import fork_run
from designer.actions.past import records_of
from designer.actions.replay_run import replay_run
from designer.actions.retry_run import retry_run
from designer.actions.run_errors import ApprovalNotOpenError, InvalidDataError, NotAnApproverError
from designer.actions.signal_run import signal_run
from designer.actions.standing import read_standing
from designer.models import BulkOperation, Run

MAKES_RUNS: Final = ("retry", "replay", "fork", "continue")
"""Actions that count for the rate limits as starts do."""
SENDS_ONCE: Final = ("signal", "continue")
"""Actions that do harm when they are done twice; Redis remembers for a minute what was sent, so their pages are short."""


def act(user: User, operation: BulkOperation, run: Run, key: str) -> None:
    """Do it; ``key`` is the same when it is done again. Raises what the run says against it."""
    _ACTS[operation.action](user, operation, run, key)


def _retry(user: User, operation: BulkOperation, run: Run, key: str) -> None:
    retry_run(user, run, operation.reason, idempotency_key=key)


def _replay(user: User, operation: BulkOperation, run: Run, key: str) -> None:
    version = operation.options.get("version", "same")
    replay_run(user, run, operation.reason, version=version, idempotency_key=key)


def _fork(user: User, operation: BulkOperation, run: Run, key: str) -> None:
    options = operation.options
    after = options["after"] if "after" in options else _before(run, options["step"])
    given = {"input": options.get("input"), "outputs": options.get("outputs")}
    fork_run(user, run, after, operation.reason, **given, idempotency_key=key)


def _delete(user: User, operation: BulkOperation, run: Run, key: str) -> None:
    delete_run(user, run)


def _signal(user: User, operation: BulkOperation, run: Run, key: str) -> None:
    options = operation.options
    data: dict[str, Any] = {"key": options.get("key", ""), "data": options.get("data")}
    signal_run(user, run, options["name"], **data, reason=operation.reason, once=operation.pk)


def _continue(user: User, operation: BulkOperation, run: Run, key: str) -> None:
    continue_run(user, run, operation.reason, once=operation.pk)


def _decide(user: User, operation: BulkOperation, run: Run, key: str) -> None:
    """Decide the step that is named, or all that wait for this user; one that waits for others only refuses."""
    options, approved = operation.options, operation.action == "approve"
    given: dict[str, Any] = {"approved": approved, "comment": operation.reason, "data": options.get("data")}
    if options.get("step"):
        decide_approval(user, run, options["step"], **given)
        return
    open_steps = sorted(read_standing(run.pk).approvals)
    if not open_steps:
        raise ApprovalNotOpenError
    refusal: NotAnApproverError | None = None
    decided = 0
    for step in open_steps:
        try:
            decide_approval(user, run, step, **given)
            decided += 1
        except NotAnApproverError as error:
            refusal = error
    if refusal is not None and not decided:
        raise refusal


def _before(run: Run, step: str) -> int:
    """Return the event after which ``step`` began."""
    for record in records_of(run):
        if getattr(record.event, "step", "") == step:
            return max(1, record.seq - 1)
    raise InvalidDataError.at("/step", "is no step that has begun in this run", "unknown_step")


_ACTS: Final[dict[str, Callable[[User, BulkOperation, Run, str], None]]] = {
    "retry": _retry,
    "replay": _replay,
    "fork": _fork,
    "delete": _delete,
    "signal": _signal,
    "continue": _continue,
    "approve": _decide,
    "reject": _decide,
}
