"""What validation knows of the agents and the other workflows that exist."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agents.domain.manifest import IntentSchema


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """An agent with the intent schemas of its versions; ``latest`` is used where a node names no version."""

    name: str
    latest: str
    versions: Mapping[str, IntentSchema]
    enabled: bool = True
    capabilities: frozenset[str] = frozenset()

    def intent(self, version: str) -> IntentSchema | None:
        """Return the schemas of ``version`` (empty: the latest), or None when there is no such version."""
        return self.versions.get(version or self.latest)


Catalogue = Mapping[str, AgentEntry]


@dataclass(frozen=True, slots=True)
class WorkflowVersionEntry:
    """A published version of another workflow, and the input its start asks for."""

    version_id: str
    input: Mapping[str, Any]
    limited: bool = False
    """Whether only so many of its runs may go on at a time."""


@dataclass(frozen=True, slots=True)
class WorkflowEntry:
    """A workflow of the same project that a step may run; ``versions`` by number, the newest first."""

    name: str
    versions: Mapping[int, WorkflowVersionEntry]

    def version(self, number: int) -> WorkflowVersionEntry | None:
        """Return version ``number`` (0: the newest), or None when there is no such version."""
        return self.versions.get(number or next(iter(self.versions), 0))


Workflows = Mapping[str, WorkflowEntry]
