"""What has happened in a run so far, as its events tell it: one row a step."""

import re
from dataclasses import dataclass
from typing import Any, Final

STARTS_ROW: Final = ("note", "group")
END: Final = {
    "run_completed": "completed",
    "run_failed": "failed",
    "run_cancelled": "cancelled",
    "run_terminated": "terminated",
    "run_continued": "continued",
}
STANDS: Final = {
    "run_queued": "queued",
    "run_admitted": "running",
    "run_paused": "paused",
    "run_resumed": "running",
    "run_cancel_requested": "cancelling",
}
BEGUN: Final = {
    "map_started": "",
    "iteration_started": "",
    "subflow_started": "",
    "plan_made": "",
    "timer_started": "waits for its time",
    "approval_requested": "waits for approval",
    "signal_awaited": "waits for a signal",
    "approval_given": "",
}
"""Events of a step that goes on, and what to say of it."""

SKIPPED_UNDOES_NOTHING: Final = 3
"""The rules since which a handler that was skipped has undone nothing (``designer.domain.flow``)."""


@dataclass
class Step:
    """A step of the run; times are ms on the server's clock."""

    id: str
    title: str
    kind: str
    status: str = "waiting"
    attempt: int = 0
    agent: str = ""
    host: str = ""
    note: str = ""
    started: int = 0
    ended: int = 0
    inner: int = 0
    """Finished steps inside, for a map, a loop or another workflow."""


class Progress:
    """The fold of a run's events that a terminal needs."""

    def __init__(self, graph: dict[str, Any]) -> None:
        """Begin with every step of the graph waiting."""
        nodes = [node for node in graph.get("nodes", []) if node["kind"] not in STARTS_ROW and not node.get("parent")]
        self.steps = {node["id"]: Step(node["id"], node.get("title") or node["id"], node["kind"]) for node in nodes}
        self.status = "pending"
        self.output: Any = None
        self.error: dict[str, Any] | None = None
        self.next_run = ""
        """Id of the run that goes on in the place of a continued one."""
        self.cursor = 0
        self.rules = 1
        """By which rules the run goes on: those of when it began."""
        self._undoes: dict[str, str] = {}
        self.started = self.now = 0

    @property
    def ended(self) -> bool:
        """Whether the run has ended."""
        return self.status in END.values()

    def apply(self, record: dict[str, Any]) -> Step | None:
        """Fold one record in; return the step that changed, if it is one that has a row."""
        if record["seq"] <= self.cursor:
            return None
        self.cursor, self.now = record["seq"], record["at"]
        event = record["event"]
        if event["type"].startswith("run_"):
            self._run(event)
            return None
        if event["type"] == "compensation_started":
            self._undo(event["undo"])
            return None
        name = event.get("step", "")
        outer = re.split(r"[\[/]", name, maxsplit=1)[0]
        step = self.steps.get(outer)
        if step is None:
            return None
        if outer != name:
            step.inner += event["type"] in ("step_completed", "step_skipped")
        else:
            self._step(step, event)
        return step

    def _run(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "run_started":
            self.status, self.started = "running", self.now
            self.rules = event.get("rules", 1)
            for step in self.steps.values():
                if step.kind == "start":
                    step.status, step.started, step.ended = "completed", self.now, self.now
        elif kind in STANDS:
            self.status = STANDS[kind]
        elif kind in END:
            self.status = END[kind]
            self.next_run = event.get("next_run_id", "")
            if kind in ("run_failed", "run_cancelled"):
                for step in self.steps.values():
                    step.status = "skipped" if step.status == "waiting" else step.status
            self.output = event.get("output")
            self.error = {**event["error"], "step": event.get("step", "")} if "error" in event else None

    def _step(self, step: Step, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "step_waiting":
            step.note = event["message"]
        elif kind == "step_started":
            step.status, step.attempt, step.note = "running", event["attempt"], ""
            step.agent, step.host = f"{event['agent']}@{event['version']}", event["host"]
            step.started = step.started or self.now
        elif kind in BEGUN:
            step.status, step.started = "running", step.started or self.now
            step.note = event.get("message") or BEGUN[kind]
        elif kind == "overdue":
            step.note = event["message"]
        elif kind.startswith("step_"):
            self._finished(step, event)

    def _finished(self, step: Step, event: dict[str, Any]) -> None:
        kind = event["type"]
        step.started, step.ended = step.started or self.now, self.now
        if kind == "step_failed":
            step.note = event["error"]["message"]
            step.status = "retrying" if event.get("retry_at") else "failed"
        else:
            step.status = kind.removeprefix("step_")
            step.note = event.get("reason", "")
            undone = self.steps.get(self._undoes.get(step.id, ""))
            undid = kind == "step_completed" or (kind == "step_skipped" and self.rules < SKIPPED_UNDOES_NOTHING)
            if undone is not None and undid:
                undone.status = "compensated"

    def _undo(self, pairs: list[dict[str, str]]) -> None:
        self.status = "compensating"
        self._undoes = {pair["handler"]: pair["step"] for pair in pairs}
