"""Tell a run that something happened outside."""

from typing import Any

from django.contrib.auth.models import User

from agentcluster.security.permissions import Action
from designer.actions.file_references import known_files
from designer.actions.inline_data import require_fitting, require_small
from designer.actions.run_errors import RunStoppingError, UnknownSignalError
from designer.actions.signals import Signals
from designer.actions.standing import read_standing
from designer.actions.telling import require_open, tell
from designer.domain.commands import Signal
from designer.models import Run


def signal_run(
    user: User, run: Run, name: str, *, key: str = "", data: Any = None, reason: str = "", once: str = ""
) -> None:
    """Send the signal; the first step that waits for it takes it, one that comes to wait later, too (``once``: ``tell``).

    Raises:
        ForbiddenError: the user may not start runs in the project.
        RunFinishedError, RunStoppingError: it has ended, or is about to.
        TooLargeError: the data is larger than an event may be.
        UnknownSignalError: no step of the run could ever take it.
        InvalidDataError: the data fits the schema of no step that waits for it, or names a file that is not the project's.
        StreamsUnavailableError: Redis is away; nothing was sent.
    """
    require_open(user, Action.RUN, run)
    require_small(data)
    standing = read_standing(run.pk)
    if standing.stopping:
        raise RunStoppingError
    signals = Signals(run.version.graph)
    for plan in standing.plans:
        signals.add(plan)
    taken = signals.by_name.get(name)
    if taken is None and not signals.open_ended:
        names = sorted(signals.by_name)
        known = f"It takes: {', '.join(names)}." if names else "It takes none."
        raise UnknownSignalError(f"No step of this run waits for a signal “{name}”. {known}", signals=names)
    if taken is not None:
        require_fitting(taken.schemas, data)
    data = known_files(data, run)
    signal = Signal(by=user.get_username(), reason=reason, name=name, key=key, data=data)
    tell(user, run, signal, once=once, signal=name, key=key)
