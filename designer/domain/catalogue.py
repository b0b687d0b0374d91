"""What validation knows of the agents that exist."""

from collections.abc import Mapping
from dataclasses import dataclass

from agents.domain.manifest import IntentSchema


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """An agent with the intent schemas of its versions; ``latest`` is used where a node names no version."""

    name: str
    latest: str
    versions: Mapping[str, IntentSchema]
    enabled: bool = True

    def intent(self, version: str) -> IntentSchema | None:
        """Return the schemas of ``version`` (empty: the latest), or None when there is no such version."""
        return self.versions.get(version or self.latest)


Catalogue = Mapping[str, AgentEntry]
