"""How a run stands by its log: whether it is paused, and what it waits for people for.

A fold of its own, which needs no plan and evaluates nothing: what it tells is what commands are checked against.
"""

import copy
import threading
from collections import OrderedDict
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from agentcluster.streams.entries import Entry
from designer.domain import events as ev
from designer.engine.journal import decode_record
from designer.traces.log import iterate

REMEMBERED_MAX: Final = 64
"""A standing holds open approvals and the graphs of planners, seldom more than some KB."""
_ENDS = (ev.StepCompleted, ev.StepFailed, ev.StepSkipped, ev.StepCancelled)


class Asked(msgspec.Struct):
    """An open approval: what was asked, since when (ms), and who has approved so far."""

    request: ev.ApprovalRequested
    since: int
    given: list[str] = []


class Standing:
    """The fold. ``seq`` and ``at`` (ms) are those of the last record."""

    def __init__(self) -> None:
        """Begin with an empty log."""
        self.seq = self.at = 0
        self.started: ev.RunStarted | None = None
        self.outcome: ev.Event | None = None
        self.paused: ev.RunPaused | None = None
        self.stopping = False
        """Whether the run was cancelled, or undoes what it did: nothing new can be asked of it."""
        self.approvals: dict[str, Asked] = {}
        self.plans: list[Any] = []
        """Graphs that planners made."""

    def apply(self, record: ev.Record) -> None:
        """Take the next record."""
        self.seq, self.at = record.seq, record.at
        event = record.event
        if isinstance(event, ev.ApprovalRequested):
            self.approvals[event.step] = Asked(event, record.at)
        elif isinstance(event, ev.ApprovalGiven):
            self._given(event)
        elif isinstance(event, _ENDS):
            self.approvals.pop(event.step, None)
        elif isinstance(event, ev.RunPaused):
            self.paused = event
        elif isinstance(event, ev.RunResumed):
            self.paused = None
        elif isinstance(event, ev.PlanMade):
            self.plans.append(event.graph)
        elif isinstance(event, ev.RunStarted):
            self.started = self.started or event
        else:
            self._ending(event)

    def _given(self, event: ev.ApprovalGiven) -> None:
        asked = self.approvals.get(event.step)
        if asked is None:
            return
        asked.given.append(event.by)
        if not event.approved or len(set(asked.given)) >= asked.request.needed:
            del self.approvals[event.step]

    def _ending(self, event: ev.Event) -> None:
        if isinstance(event, ev.TERMINAL):
            self.outcome = event
        if isinstance(event, (ev.RunCancelRequested, ev.CompensationStarted, *ev.TERMINAL)):
            self.stopping = True
            self.approvals.clear()
            self.paused = None


class _Remembered:
    """How a run stood when somebody asked last, and the entry that came last then."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.standing, self.last = Standing(), b""

    def read_on(self, run_id: str) -> Standing:
        """Return how the run stands now; only what has come since is read, unless the log is not the one we know."""
        with self.lock:
            entries = iterate(run_id, max(0, self.standing.seq - 1))
            if self.last and self._next(entries) != self.last:
                self.standing, self.last = Standing(), b""
                entries = iterate(run_id)
            for entry in entries:
                self.standing.apply(decode_record(entry))
                self.last = entry.data
            return copy.deepcopy(self.standing)

    @staticmethod
    def _next(entries: Iterator[Entry]) -> bytes:
        first = next(entries, None)
        return b"" if first is None else first.data


_remembered: OrderedDict[str, _Remembered] = OrderedDict()
_lock = threading.Lock()


def read_standing(run_id: str) -> Standing:
    """Return how the run stands now by its log, a copy of the caller's own. Raises ``StreamsUnavailableError``.

    The runs asked for last are remembered, so that a thousand signals to a run do not read its log a thousand times.
    """
    with _lock:
        remembered = _remembered.setdefault(run_id, _Remembered())
        _remembered.move_to_end(run_id)
        while len(_remembered) > REMEMBERED_MAX:
            _remembered.popitem(last=False)
    return remembered.read_on(run_id)
