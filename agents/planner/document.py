"""A workflow document (``agentcluster.workflow/v1``), as plain JSON."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final

SCHEMA: Final = "agentcluster.workflow/v1"
KINDS: Final = {"http-client": "http", "llm-router": "llm", "nats-emit": "emit", "memory": "memory"}
"""Agents with a node kind of their own."""
STEP_X: Final = 300
ROW_Y: Final = 180
IN_A_ROW: Final = 4


@dataclass
class Step:
    """A call in the plan."""

    id: str
    agent: str
    title: str
    input: dict[str, Any]


@dataclass
class Draft:
    """What the document is made of: the start form's fields, steps in order, and what the run gives."""

    fields: dict[str, Any] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    output: dict[str, Any] = field(default_factory=dict)

    def add(self, name: str, agent: str, title: str, given: dict[str, Any]) -> str:
        """Add a step with an id of its own and return the id."""
        identifier = self.free(name)
        self.steps.append(Step(identifier, agent, title, given))
        return identifier

    def free(self, name: str) -> str:
        """Return ``name``, numbered where a step has it already."""
        taken = {"start", "end", *(step.id for step in self.steps)}
        return next(each for each in (name, *(f"{name}_{number}" for number in range(2, 1000))) if each not in taken)

    def document(self, titles: tuple[str, str]) -> dict[str, Any]:
        """Return the workflow; ``titles`` are those of its start and its end."""
        schema = {"type": "object", "properties": self.fields, "required": list(self.fields)}
        nodes: list[dict[str, Any]] = [{"kind": "start", "id": "start", "title": titles[0], "schema": schema}]
        nodes += [_node(step) for step in self.steps]
        nodes.append({"kind": "end", "id": "end", "title": titles[1], "output": self.output})
        for place, node in enumerate(nodes):
            node["position"] = {"x": place % IN_A_ROW * STEP_X, "y": place // IN_A_ROW * ROW_Y}
        edges = [{"source": one["id"], "target": other["id"]} for one, other in pairwise(nodes)]
        return {"schema": SCHEMA, "nodes": nodes, "edges": edges}


def _node(step: Step) -> dict[str, Any]:
    kind = KINDS.get(step.agent, "agent")
    named = {"agent": step.agent} if kind == "agent" else {}
    # What calls the world may fail for a moment.
    patient = {"retry": {"attempts": 3, "initial_s": 1.0}} if kind in ("http", "llm") else {}
    return {"kind": kind, "id": step.id, "title": step.title, **named, **patient, "input": step.input}
