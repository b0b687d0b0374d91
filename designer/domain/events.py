"""Everything that can happen in a run. The run log holds these and nothing else; state is their fold.

A ``step`` names one execution of a node: the node id, inside maps and loops prefixed by the iteration
(``each[3]/parse``), inside another workflow by its step (``billing/charge``). ``command`` is the inbox entry that an
event answers: one that has its event is never followed twice.
"""

from typing import Any, Final, Literal

import msgspec

from agents.domain.calls import CallError
from designer.domain.policies import Priority

GENESIS: Final = ""
RULES: Final = 3
"""The rules that runs of today begin under; a log goes on by those it began with, so that it always reads the same.

1: a compensation handler that sets no retry has one attempt. 2: it has those of ``policies.HANDLER_RETRY``.
3: a ``run_if`` or a case that gives neither true nor false is an error, and counts no longer as false; a step whose handler
was skipped is not compensated; the time limit of a workflow counts inside other workflows, too.
"""
Degraded = Literal["", "value", "cached"]


class _Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    pass


class Redriven(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a step that became a dead letter gets this time: another ``input``, another ``version`` of its agent."""

    step: str
    dead_letter: str = ""
    input: Any = None
    has_input: bool = False
    agent: str = ""
    version: str = ""


class Origin(msgspec.Struct, frozen=True, omit_defaults=True):
    """The run this one was made from, and how; ``seq`` is the last event taken over, ``edited`` names what was changed."""

    kind: Literal["fork", "retry", "replay", "continued"]
    run_id: str
    seq: int = 0
    by: str = ""
    reason: str = ""
    edited: tuple[str, ...] = ()
    redriven: Redriven | None = None
    """Of a retry or fork from a dead letter."""


class RunStarted(_Event, frozen=True, omit_defaults=True, tag="run_started"):
    """The first event: what runs, with what, and who or what (``trigger``) asked."""

    run_id: str
    workflow_id: str
    version_id: str
    input: Any
    started_by: str = ""
    trace_id: str = ""
    worker: str = ""
    trigger: str = ""
    priority: Priority = "normal"
    origin: Origin | None = None
    begun_at: int = 0
    """When (ms) the first run of a chain of continued runs began; 0 for the first itself."""
    rules: int = 1
    """By which rules the run goes on, where they have changed: see ``RULES``."""


class RunQueued(_Event, frozen=True, omit_defaults=True, tag="run_queued"):
    """The workflow's concurrency limit is reached for ``key``; the run begins when its turn comes."""

    key: str
    limit: int


class RunAdmitted(_Event, frozen=True, omit_defaults=True, tag="run_admitted"):
    """The queued run's turn has come."""


class RunPaused(_Event, frozen=True, omit_defaults=True, tag="run_paused"):
    """Nothing new starts until the run is resumed; what is in flight goes on to its end."""

    by: str = ""
    reason: str = ""
    command: str = ""


class RunResumed(_Event, frozen=True, omit_defaults=True, tag="run_resumed"):
    """The pause is over."""

    by: str = ""
    reason: str = ""
    command: str = ""


class CommandRefused(_Event, frozen=True, omit_defaults=True, tag="command_refused"):
    """A command came that could not be followed; ``message`` says why."""

    kind: str
    message: str
    by: str = ""
    command: str = ""
    reason: str = ""


class RunTakenOver(_Event, frozen=True, omit_defaults=True, tag="run_taken_over"):
    """Another worker drives the run from here on, because the previous one died or handed over."""

    worker: str
    previous: str = ""


class StepWaiting(_Event, frozen=True, omit_defaults=True, tag="step_waiting"):
    """The step is ready but cannot start; ``message`` says why in words."""

    step: str
    code: str
    message: str


class PlacedBid(msgspec.Struct, frozen=True, omit_defaults=True):
    """What an instance offered for a goal, and how good that was (``score``, 0-1; ``agents.domain.scoring``)."""

    agent: str
    version: str
    instance: str
    node: str
    score: float
    match: float
    load: float = 0.0
    cost: float = 0.0
    expected_ms: float = 0.0


class Bidding(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who bid for the goal of an intent. ``asked`` nodes were in sight, ``answered`` of them answered, with ``bids``."""

    asked: int
    answered: int
    bids: int
    rounds: int = 1
    """So often the goal was put out: again when the winner was gone before it got the call."""
    best: tuple[PlacedBid, ...] = ()
    """The best of the bids, the winner first, at most 32."""


class StepStarted(_Event, frozen=True, omit_defaults=True, tag="step_started"):
    """An attempt was given to an agent instance (``host`` is its node); ``ready_at`` (ms): could have started then."""

    step: str
    attempt: int
    call_id: str
    agent: str
    version: str
    instance: str
    host: str
    input: Any = None
    ready_at: int = 0
    degraded: bool = False
    """Policy gave it to another agent than the workflow names."""
    bidding: Bidding | None = None
    """How the instance was found, where the step put a goal out to bid."""


class StepCompleted(_Event, frozen=True, omit_defaults=True, tag="step_completed"):
    """A step ended well; ``port`` is the way on. ``queued_ms``: dispatch to start, ``worked_ms``: start to end."""

    step: str
    output: Any = None
    port: str = "out"
    attempt: int = 1
    queued_ms: int = 0
    worked_ms: int = 0
    cached: bool = False
    """Taken from the cache: no agent was called."""
    degraded: Degraded = ""
    """Not the agent's answer: policy gave it in the place of ``error``: a fixed value, or an earlier answer."""
    error: CallError | None = None


class StepFailed(_Event, frozen=True, omit_defaults=True, tag="step_failed"):
    """An attempt failed. ``retry_at`` (ms) says when the next one comes; 0 means this was the last."""

    step: str
    error: CallError
    attempt: int = 1
    retry_at: int = 0
    queued_ms: int = 0
    worked_ms: int = 0
    degraded: Literal["", "agent", "later"] = ""
    """Policy says what comes next: ``fallback`` is asked instead, or it is tried again later."""
    fallback: str = ""
    """Who is asked next in the place of the step's agent (``name`` or ``name@version``); empty: the step's own."""


class StepSkipped(_Event, frozen=True, omit_defaults=True, tag="step_skipped"):
    """The step will not run. ``port`` is the way on when its own condition was false; empty when its branch was not taken."""

    step: str
    reason: str = ""
    port: str = ""


class StepCancelled(_Event, frozen=True, omit_defaults=True, tag="step_cancelled"):
    """The step was in flight when the run was cancelled or failed elsewhere."""

    step: str
    reason: str = ""


class MapStarted(_Event, frozen=True, omit_defaults=True, tag="map_started"):
    """A map knows its items: iterations 0 .. count-1 will run."""

    step: str
    count: int


class IterationStarted(_Event, frozen=True, omit_defaults=True, tag="iteration_started"):
    """The condition of the loop ``step`` holds: iteration ``index`` runs."""

    step: str
    index: int


class IterationClosed(_Event, frozen=True, omit_defaults=True, tag="iteration_closed"):
    """Stands for all events of a finished iteration of a map or loop, where a log was made compact."""

    step: str
    index: int
    output: Any = None
    error: CallError | None = None


class SubflowStarted(_Event, frozen=True, omit_defaults=True, tag="subflow_started"):
    """Another workflow begins inside ``step``: the version ``version_id``, or the plan made before."""

    step: str
    input: Any = None
    version_id: str = ""


class PlanMade(_Event, frozen=True, omit_defaults=True, tag="plan_made"):
    """The planner's answer for ``step``: a valid workflow document."""

    step: str
    graph: Any
    explanation: str = ""
    attempt: int = 1
    queued_ms: int = 0
    worked_ms: int = 0


class Overdue(_Event, frozen=True, omit_defaults=True, tag="overdue"):
    """The time of the container ``step`` is over, or (empty) that of the run: what goes on inside is being stopped.

    ``code`` names another limit that the run has reached (``too_many_events``); empty: that of time.
    """

    message: str
    step: str = ""
    code: str = ""


class TimerStarted(_Event, frozen=True, omit_defaults=True, tag="timer_started"):
    """A wait step ends at ``due`` (ms)."""

    step: str
    due: int


class ApprovalRequested(_Event, frozen=True, omit_defaults=True, tag="approval_requested"):
    """The step waits for people; ``due`` (ms, 0: never) is when it fails as ``timed_out``."""

    step: str
    message: str = ""
    approvers: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    needed: int = 1
    schema: dict[str, Any] = {}
    due: int = 0


class ApprovalGiven(_Event, frozen=True, omit_defaults=True, tag="approval_given"):
    """Somebody approved or rejected."""

    step: str
    approved: bool
    by: str = ""
    comment: str = ""
    data: Any = None
    command: str = ""


class SignalAwaited(_Event, frozen=True, omit_defaults=True, tag="signal_awaited"):
    """The step waits for the signal ``name`` (with ``key``, where that is not empty) until ``due`` (ms, 0: for ever)."""

    step: str
    name: str
    key: str = ""
    due: int = 0


class SignalReceived(_Event, frozen=True, omit_defaults=True, tag="signal_received"):
    """A signal came; the first step that waits for it takes it, now or later."""

    name: str
    key: str = ""
    data: Any = None
    by: str = ""
    command: str = ""
    reason: str = ""


class Undo(msgspec.Struct, frozen=True, omit_defaults=True):
    """``handler`` (a step) undoes what ``step`` did."""

    step: str
    handler: str


class CompensationStarted(_Event, frozen=True, omit_defaults=True, tag="compensation_started"):
    """The run has failed or was cancelled, and what its finished steps did is undone, one by one in this order."""

    undo: tuple[Undo, ...]


class RunCancelRequested(_Event, frozen=True, omit_defaults=True, tag="run_cancel_requested"):
    """Somebody asked to stop; steps in flight are being told."""

    by: str = ""
    reason: str = ""
    command: str = ""


class RunCompleted(_Event, frozen=True, omit_defaults=True, tag="run_completed"):
    """Terminal: the run ended well."""

    output: Any = None


Compensation = Literal["", "done", "incomplete"]


class RunFailed(_Event, frozen=True, omit_defaults=True, tag="run_failed"):
    """Terminal: the run failed, at ``step`` where one is to blame. ``compensation``: whether all was undone."""

    error: CallError
    step: str = ""
    compensation: Compensation = ""


class RunCancelled(_Event, frozen=True, omit_defaults=True, tag="run_cancelled"):
    """Terminal: the run was stopped by somebody. ``compensation``: whether all was undone."""

    by: str = ""
    reason: str = ""
    compensation: Compensation = ""


class RunTerminated(_Event, frozen=True, omit_defaults=True, tag="run_terminated"):
    """Terminal: the run was ended at once: nothing was awaited, nothing undone."""

    by: str = ""
    reason: str = ""
    command: str = ""


class RunContinued(_Event, frozen=True, omit_defaults=True, tag="run_continued"):
    """Terminal: the run goes on as ``next_run_id``, whose log begins with this one's state; ``by`` is empty when nobody asked."""

    next_run_id: str
    reason: str = ""
    by: str = ""


Event = (
    RunStarted
    | RunQueued
    | RunAdmitted
    | RunTakenOver
    | RunPaused
    | RunResumed
    | CommandRefused
    | StepWaiting
    | StepStarted
    | StepCompleted
    | StepFailed
    | StepSkipped
    | StepCancelled
    | MapStarted
    | IterationStarted
    | IterationClosed
    | SubflowStarted
    | PlanMade
    | Overdue
    | TimerStarted
    | ApprovalRequested
    | ApprovalGiven
    | SignalAwaited
    | SignalReceived
    | CompensationStarted
    | RunCancelRequested
    | RunCompleted
    | RunFailed
    | RunCancelled
    | RunTerminated
    | RunContinued
)
TERMINAL: Final = (RunCompleted, RunFailed, RunCancelled, RunTerminated, RunContinued)


class Record(msgspec.Struct, frozen=True):
    """An event as it stands in the log: ``seq`` counts from 1, ``at`` is ms, ``prev`` the hash of the entry before."""

    seq: int
    at: int
    epoch: int
    prev: str
    event: Event
