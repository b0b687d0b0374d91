"""What the endpoints of routing answer."""

from typing import Any

from rest_framework import serializers

from agents.domain.breaker import Status
from agents.routing.breakers import Row

BREAKER_STATES = ("closed", "open", "half_open")


class BreakerRow(serializers.Serializer[Any]):
    """A circuit breaker."""

    agent = serializers.CharField()
    version = serializers.CharField()
    state = serializers.ChoiceField(BREAKER_STATES)
    since_ms = serializers.IntegerField(help_text="When it came to this state; 0: it has never changed")
    until_ms = serializers.IntegerField(help_text="When calls are tried again; 0 while closed")
    since = serializers.IntegerField(help_text="As since_ms")
    until = serializers.IntegerField(help_text="As until_ms")
    reason = serializers.CharField()
    calls = serializers.IntegerField(help_text="Within the policy's window, all engine workers together")
    failures = serializers.IntegerField()
    error_rate = serializers.FloatField(help_text="0 to 1")
    p95_ms = serializers.FloatField()
    by = serializers.CharField(help_text="The engine worker, or the user, that changed it last")


class BreakerList(serializers.Serializer[Any]):
    """All breakers."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = BreakerRow(many=True)


class BreakerChange(serializers.Serializer[Any]):
    """A change of a breaker."""

    number = serializers.IntegerField()
    state = serializers.ChoiceField(BREAKER_STATES)
    at_ms = serializers.IntegerField()
    until_ms = serializers.IntegerField()
    reason = serializers.CharField()
    calls = serializers.IntegerField()
    failures = serializers.IntegerField()
    by = serializers.CharField()


class BreakerChangeList(serializers.Serializer[Any]):
    """The last changes, newest first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = BreakerChange(many=True)


class LoadRow(serializers.Serializer[Any]):
    """How busy an instance is."""

    instance = serializers.CharField()
    node = serializers.CharField()
    version = serializers.CharField()
    pending = serializers.IntegerField(help_text="Tasks it was given by all engine workers and has not answered")
    idle_ms = serializers.IntegerField(help_text="Since it was last given one, while it has some; 0 when it is free")
    score = serializers.FloatField(help_text="0.7 norm(pending) + 0.3 norm(idle); the lowest gets the next call")
    stale = serializers.BooleanField(help_text="It gets no calls: not heard of lately, or not running")
    breaker = serializers.ChoiceField(BREAKER_STATES)


class LoadList(serializers.Serializer[Any]):
    """The instances of an agent, the least busy first."""

    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    results = LoadRow(many=True)
    live = serializers.BooleanField(help_text="False: NATS is away, and no instance is known")
    live_detail = serializers.CharField()


def breaker_row(row: Row) -> dict[str, Any]:
    """Return a breaker as JSON."""
    status = row.status
    return {
        "agent": status.agent,
        "version": status.version,
        "state": status.state,
        "since_ms": status.since_ms,
        "until_ms": status.until_ms,
        "since": status.since_ms,
        "until": status.until_ms,
        "reason": status.reason,
        "calls": row.calls,
        "failures": row.failures,
        "error_rate": round(row.error_rate, 4),
        "p95_ms": round(row.p95_ms, 1),
        "by": status.by,
    }


def change_row(status: Status) -> dict[str, Any]:
    """Return a change as JSON."""
    return {
        "number": status.number,
        "state": status.state,
        "at_ms": status.since_ms,
        "until_ms": status.until_ms,
        "reason": status.reason,
        "calls": status.calls,
        "failures": status.failures,
        "by": status.by,
    }
