"""An event that reached a trigger: what came, and what makes it the same event when it comes again."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from agentcluster.ids import new_id
from designer.triggers import payload
from designer.triggers.models import Kind


@dataclass(frozen=True)
class Event:
    """``key`` is the same for each delivery; ``scope`` is what expressions see; ``shown`` is kept in the history."""

    key: str
    scope: Mapping[str, Any] = field(default_factory=dict)

    @property
    def shown(self) -> Any:
        """What the history keeps of it."""
        return payload.shown(self.scope.get("event"))


def new_key(kind: str) -> str:
    """Return a key for something that comes once only."""
    return f"{kind}/{new_id()}"


def webhook(message_id: str, body: Any, headers: Mapping[str, str], query: Mapping[str, Any]) -> Event:
    """Return the event of a call of a webhook; a call without an id is an event of its own."""
    seen = payload.open_headers(headers)
    parts = {"body": body, "headers": seen, "query": dict(query)}
    return Event(message_id or new_id(), {"event": {"id": message_id, **parts}, **parts})


def scheduled(moment: dt.datetime, timezone: str, local: dt.datetime) -> Event:
    """Return the event of a scheduled moment."""
    schedule = {"at": moment.isoformat(), "local": local.isoformat(), "timezone": timezone}
    return Event(moment.isoformat(), {"event": {"schedule": schedule}, "schedule": schedule})


def published(subject: str, key: str, body: Any, headers: Mapping[str, str]) -> Event:
    """Return the event of a NATS message; one without a key is an event of its own."""
    seen = payload.open_headers(headers)
    event = {"subject": subject, "body": body, "headers": seen}
    return Event(key or new_id(), {"event": event, "body": body, "headers": seen})


def appended(key: str, stream: str, entry_id: str, fields: Mapping[str, str], body: Any) -> Event:
    """Return the event of a Redis stream's entry."""
    event = {"stream": stream, "id": entry_id, "fields": dict(fields), "body": body}
    return Event(key, {"event": event, "body": body})


def tried(kind: str, given: Mapping[str, Any]) -> Event:
    """Return an event somebody made up to try the trigger with; what is missing is empty."""
    empty: dict[str, Any] = {"body": {}, "headers": {}, "query": {}, "schedule": {}}
    names = {
        Kind.WEBHOOK: ("body", "headers", "query"),
        Kind.CRON: ("schedule",),
        Kind.NATS: ("body", "headers"),
        Kind.STREAM: ("body",),
    }[Kind(kind)]
    parts = {name: given.get(name, empty[name]) for name in names}
    return Event(new_key("test"), {"event": {**given, **parts}, **parts})
