"""What a trigger is called on NATS and Redis."""

from agentcluster.ids import sha256_of


def group_of(trigger_id: str, place: str) -> str:
    """Return the name of its consumer group (or durable consumer) on a stream's key or a subject."""
    return f"trigger-{trigger_id}-{sha256_of(place.encode())[7:15]}"
