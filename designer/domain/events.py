"""Everything that can happen in a run. The run log holds these and nothing else; state is their fold.

A ``step`` names one execution of a node: the node id, inside maps prefixed by the iteration (``each[3]/parse``).
"""

from typing import Any, Final

import msgspec

from agents.domain.calls import CallError

GENESIS: Final = ""


class _Event(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="type"):
    pass


class RunStarted(_Event, frozen=True, omit_defaults=True, tag="run_started"):
    """The first event: what runs, with what, and who asked."""

    run_id: str
    workflow_id: str
    version_id: str
    input: Any
    started_by: str = ""
    trace_id: str = ""
    worker: str = ""


class RunTakenOver(_Event, frozen=True, omit_defaults=True, tag="run_taken_over"):
    """Another worker drives the run from here on, because the previous one died or handed over."""

    worker: str
    previous: str = ""


class StepWaiting(_Event, frozen=True, omit_defaults=True, tag="step_waiting"):
    """The step is ready but cannot start; ``message`` says why in words."""

    step: str
    code: str
    message: str


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


class StepCompleted(_Event, frozen=True, omit_defaults=True, tag="step_completed"):
    """A step ended well; ``port`` is the way on. ``queued_ms``: dispatch to start, ``worked_ms``: start to end."""

    step: str
    output: Any = None
    port: str = "out"
    attempt: int = 1
    queued_ms: int = 0
    worked_ms: int = 0


class StepFailed(_Event, frozen=True, omit_defaults=True, tag="step_failed"):
    """An attempt failed. ``retry_at`` (ms) says when the next one comes; 0 means this was the last."""

    step: str
    error: CallError
    attempt: int = 1
    retry_at: int = 0
    queued_ms: int = 0
    worked_ms: int = 0


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


class RunCancelRequested(_Event, frozen=True, omit_defaults=True, tag="run_cancel_requested"):
    """Somebody asked to stop; steps in flight are being told."""

    by: str = ""
    reason: str = ""


class RunCompleted(_Event, frozen=True, omit_defaults=True, tag="run_completed"):
    """Terminal: the run ended well."""

    output: Any = None


class RunFailed(_Event, frozen=True, omit_defaults=True, tag="run_failed"):
    """Terminal: the run failed, at ``step`` where one is to blame."""

    error: CallError
    step: str = ""


class RunCancelled(_Event, frozen=True, omit_defaults=True, tag="run_cancelled"):
    """Terminal: the run was stopped by somebody."""

    by: str = ""
    reason: str = ""


Event = (
    RunStarted
    | RunTakenOver
    | StepWaiting
    | StepStarted
    | StepCompleted
    | StepFailed
    | StepSkipped
    | StepCancelled
    | MapStarted
    | RunCancelRequested
    | RunCompleted
    | RunFailed
    | RunCancelled
)
TERMINAL: Final = (RunCompleted, RunFailed, RunCancelled)


class Record(msgspec.Struct, frozen=True):
    """An event as it stands in the log: ``seq`` counts from 1, ``at`` is ms, ``prev`` the hash of the entry before."""

    seq: int
    at: int
    epoch: int
    prev: str
    event: Event
