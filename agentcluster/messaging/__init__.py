"""All of NATS: the connection, messages in envelopes, key-value buckets. Nothing else imports ``nats``."""

from agentcluster.messaging.bucket import Bucket, Entry
from agentcluster.messaging.bus import Bus, Received, Subscription, connect, is_no_responder
from agentcluster.messaging.codec import Codec, traceparent
from agentcluster.messaging.errors import (
    BadMessageError,
    BusUnavailableError,
    MessageTooLargeError,
    NoResponderError,
    ReplyTimeoutError,
)
from agentcluster.messaging.watch import Watch

__all__ = [
    "BadMessageError",
    "Bucket",
    "Bus",
    "BusUnavailableError",
    "Codec",
    "Entry",
    "MessageTooLargeError",
    "NoResponderError",
    "Received",
    "ReplyTimeoutError",
    "Subscription",
    "Watch",
    "connect",
    "is_no_responder",
    "traceparent",
]
