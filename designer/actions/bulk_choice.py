"""Which runs a bulk action takes: those that could only refuse are not counted, so a choice of all old runs stays small."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.db.models import Exists, OuterRef, QuerySet

from designer.models import OPEN_STATUSES, OpenApproval, Run, RunStatus

_UNSTOPPED: Final = tuple(
    status for status in OPEN_STATUSES if status not in (RunStatus.CANCELLING, RunStatus.COMPENSATING)
)
TAKES: Final[Mapping[str, Sequence[RunStatus]]] = {
    "cancel": _UNSTOPPED,
    "terminate": OPEN_STATUSES,
    "pause": tuple(status for status in _UNSTOPPED if status != RunStatus.PAUSED),
    "resume": (RunStatus.PAUSED,),
    "continue": _UNSTOPPED,
    "signal": _UNSTOPPED,
    "approve": _UNSTOPPED,
    "reject": _UNSTOPPED,
    "retry": (RunStatus.FAILED, RunStatus.CANCELLED, RunStatus.TERMINATED),
    "delete": tuple(status for status in RunStatus if status not in OPEN_STATUSES),
}
"""The statuses in which a run takes the action; any where it is not named."""
_DECISIONS: Final = ("approve", "reject")


def taking(action: str, rows: QuerySet[Run], options: Mapping[str, Any]) -> QuerySet[Run]:
    """Narrow rows to those that take the action with these options, as far as lists know."""
    if action in TAKES:
        rows = rows.filter(status__in=TAKES[action])
    if action in _DECISIONS:
        asked = OpenApproval.objects.filter(run=OuterRef("pk"))
        step = options.get("step")
        rows = rows.filter(Exists(asked.filter(step=step) if step else asked))
    return rows
