"""What can go wrong on the bus."""

from agentcluster.errors import AgentClusterError, BadInputError, UnavailableError


class BusUnavailableError(UnavailableError):
    """NATS cannot be reached right now."""

    code = "nats_unavailable"


class NoResponderError(UnavailableError):
    """Nobody listens on that subject."""

    code = "no_responder"


class ReplyTimeoutError(UnavailableError):
    """No reply came in time."""

    code = "reply_timeout"


class MessageTooLargeError(AgentClusterError):
    """The message is larger than the NATS server takes; large values travel as artifacts."""

    code = "message_too_large"
    status = 413


class BadMessageError(BadInputError):
    """The message is not what its subject promises."""

    code = "bad_message"


class BadAddressError(BadInputError):
    """NATS_URL must be one or more of nats://host:port or tls://host:port, separated by commas."""

    code = "bad_nats_url"
