"""What has happened in a run so far, as its events tell it: one row a step."""

from dataclasses import dataclass
from typing import Any, Final

STARTS_ROW: Final = ("note", "group")
END: Final = {"run_completed": "completed", "run_failed": "failed", "run_cancelled": "cancelled"}


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
    """Finished steps inside, for a map."""


class Progress:
    """The fold of a run's events that a terminal needs."""

    def __init__(self, graph: dict[str, Any]) -> None:
        """Begin with every step of the graph waiting."""
        nodes = [node for node in graph.get("nodes", []) if node["kind"] not in STARTS_ROW and not node.get("parent")]
        self.steps = {node["id"]: Step(node["id"], node.get("title") or node["id"], node["kind"]) for node in nodes}
        self.status = "pending"
        self.output: Any = None
        self.error: dict[str, Any] | None = None
        self.cursor = 0
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
        outer, inside, _ = event.get("step", "").partition("[")
        step = self.steps.get(outer)
        if step is None:
            return None
        if inside:
            step.inner += event["type"] in ("step_completed", "step_skipped")
        else:
            self._step(step, event)
        return step

    def _run(self, event: dict[str, Any]) -> None:
        kind = event["type"]
        if kind == "run_started":
            self.status, self.started = "running", self.now
            for step in self.steps.values():
                if step.kind == "start":
                    step.status, step.started, step.ended = "completed", self.now, self.now
        elif kind == "run_cancel_requested":
            self.status = "cancelling"
        elif kind in END:
            self.status = END[kind]
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
        elif kind == "map_started":
            step.status, step.started = "running", self.now
        else:
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
