"""Plays a run without a cluster: answers each call by a function, and keeps the log."""

from collections.abc import Callable
from typing import Any

import msgspec

from agents.domain.calls import CallError, CallReply
from designer.domain.commands import Command, Decide, Signal
from designer.domain.events import RULES, Event, Record, RunStarted, SignalAwaited
from designer.domain.fold import approval_of
from designer.domain.graph import Graph
from designer.domain.pending import PendingCall
from designer.domain.plan import Plan, compile_plan
from designer.domain.run import Run

Answer = Callable[[PendingCall], Any]


def graph(*nodes: dict[str, Any], edges: str = "") -> Graph:
    """Build a graph; edges are written ``a>b a:true>c``."""
    made = []
    for edge in edges.split():
        source, target = edge.split(">")
        name, _, port = source.partition(":")
        made.append({"source": name, "target": target, "port": port or "out"})
    return msgspec.convert({"nodes": list(nodes), "edges": made}, Graph)


def start(**more: Any) -> dict[str, Any]:
    return {"kind": "start", "id": "start", **more}


def agent(node_id: str, **more: Any) -> dict[str, Any]:
    return {"kind": "agent", "id": node_id, "agent": more.pop("agent", node_id), **more}


class Player:
    """A run with its log; ``now`` moves only when the test or a retry moves it."""

    def __init__(
        self,
        drawn: Graph,
        run_input: Any = None,
        answer: Answer = lambda call: call.input,
        *,
        subplans: dict[str, Plan] | None = None,
        approve: Callable[[str], bool] = lambda step: True,
    ) -> None:
        self.plan = compile_plan(drawn, subplans)
        self.approve = approve
        self.asked = self.taken = 0
        self.run = Run(self.plan)
        self.now = 1000
        self.log: list[tuple[int, Event]] = []
        self.calls: list[PendingCall] = []
        self.answer = answer
        first = RunStarted("r1", "w1", "v1", run_input or {}, rules=RULES)
        self.run.apply(first, self.now)
        self.log.append((self.now, first))

    def record(self, events: list[Event]) -> None:
        self.log += [(self.now, event) for event in events]

    def dispatch(self, version: str = "1.0.0") -> list[PendingCall]:
        self.record(self.run.advance(self.now))
        calls = self.run.pending_calls(self.now)
        for call in calls:
            self.record([self.run.dispatch(call, f"{call.agent}-i", "n1", version, self.now)])
        self.calls += calls
        return calls

    def reply(self, call: PendingCall, answer: Any) -> None:
        self.now += 1
        status = "error" if isinstance(answer, CallError) else "ok"
        reply = CallReply(
            call.call_id,
            status,
            output=None if status == "error" else answer,
            error=answer if isinstance(answer, CallError) else None,
        )
        self.record(self.run.reply(call.step, reply, self.now))

    def play(self, turns: int = 500) -> "Player":
        for _ in range(turns):
            for call in self.dispatch():
                self.reply(call, self.answer(call))
            self.record(self.run.advance(self.now))
            if self.run.terminal:
                return self
            if self.run.pending_calls(self.now):
                continue
            if not self.outside() and self.run.next_timer:
                self.now = max(self.now, self.run.next_timer)
        raise AssertionError("the run did not end")

    def command(self, command: Command) -> list[Event]:
        self.asked += 1
        events = self.run.command(f"{self.asked}-0", command, self.now)
        self.record(events)
        return events

    def outside(self) -> bool:
        """Do what people and programs outside do: decide, signal; False when nobody is asked."""
        for step, state in self.run.suspended.items():
            if isinstance(state.input, SignalAwaited):
                return bool(self.command(Signal("prog", name=state.input.name, key=state.input.key, data=step)))
            if approval_of(state) is not None:
                return bool(self.command(Decide(f"u{self.asked}", step=step, approved=self.approve(step))))
        return False

    def records(self) -> list[Record]:
        return [Record(seq, at, 1, "", event) for seq, (at, event) in enumerate(self.log, 1)]

    def resumed(self, events: list[Event]) -> "Player":
        """A new run that begins with these events."""
        other = Player.__new__(Player)
        other.__dict__.update(self.__dict__)
        other.log, other.calls, other.asked = [(self.now, event) for event in events], [], 0
        other.run = other.replayed()
        return other

    def replayed(self) -> Run:
        run = Run(self.plan)
        for at, event in self.log:
            run.apply(event, at)
        return run

    def statuses(self) -> dict[str, str]:
        return {step: state.status for step, state in self.run.steps.items()}

    def kinds(self) -> list[str]:
        return [type(event).__name__ for _, event in self.log]
