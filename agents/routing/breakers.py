"""The circuit breakers as all engine workers together see them, for people."""

from dataclasses import dataclass
from typing import Any, Final

import msgspec

from agentcluster.clock import now_ms
from agentcluster.errors import NotFoundError
from agentcluster.security.audit import announce
from agentcluster.streams import breakers as shared
from agentcluster.streams.connections import SyncClient
from agents.domain.breaker import Status

LATELY_MS: Final = 60_000
_decoder: Final = msgspec.json.Decoder(Status)


class NoBreakerError(NotFoundError):
    """No engine worker has called this agent version lately, and its breaker has never opened."""

    code = "no_breaker"


@dataclass(frozen=True)
class Row:
    """A breaker, with what all workers have seen within the window; ``p95_ms`` is that of the worst worker."""

    status: Status
    calls: int
    failures: int
    p95_ms: float

    @property
    def error_rate(self) -> float:
        """Failures by calls, 0 to 1."""
        return self.failures / self.calls if self.calls else 0.0


def rows(client: SyncClient) -> list[Row]:
    """Return all breakers of agent versions that were called lately or are not closed, by agent and version."""
    values, said = shared.read_all(client)
    found = {value.name: _decoder.decode(value.data) for value in values}
    seen: dict[str, list[Any]] = {}
    now = now_ms()
    for name, data in said.items():
        figures = msgspec.json.decode(data)
        if now - figures["at_ms"] <= LATELY_MS:
            seen.setdefault(name.partition(" ")[2], []).append(figures)
    shown = {name for name, status in found.items() if status.state != "closed"} | {*seen} | {*found}
    return [_row(name, found.get(name), seen.get(name, [])) for name in sorted(shown)]


def _row(name: str, status: Status | None, seen: list[Any]) -> Row:
    agent, _, version = name.partition("@")
    calls, failures = sum(each["calls"] for each in seen), sum(each["failures"] for each in seen)
    if not calls and status is not None:
        calls, failures = status.calls, status.failures
    return Row(status or Status(agent, version), calls, failures, max((each["p95_ms"] for each in seen), default=0.0))


def reset(client: SyncClient, user: Any, agent: str, version: str) -> Status:
    """Let all calls through again at once; every engine worker does so within a second.

    Raises ``NoBreakerError``, ``StreamsUnavailableError``.
    """
    name = f"{agent}@{version}"
    values, said = shared.read_all(client)
    value = next((value for value in values if value.name == name), None)
    if value is None:
        if not any(each.partition(" ")[2] == name for each in said):
            raise NoBreakerError(f"{name} has no breaker: {NoBreakerError.__doc__}")
        return Status(agent, version)
    before = _decoder.decode(value.data)
    if before.state == "closed":
        return before
    reason = f"Reset by {user.get_username()}."
    after = Status(agent, version, "closed", before.number + 1, now_ms(), 0, reason, user.get_username())
    holds = shared.switch_now(client, name, before.number, shared.Value(name, after.number, msgspec.json.encode(after)))
    announce(user, "breaker.reset", name, name, state=before.state, reason=before.reason)
    return _decoder.decode(holds.data)


def changes(client: SyncClient, agent: str, version: str) -> list[Status]:
    """Return the last changes of a breaker, newest first."""
    return [_decoder.decode(value.data) for value in shared.changes(client, f"{agent}@{version}")]
