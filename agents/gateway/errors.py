"""What can go wrong at the gateway."""

from agentcluster.errors import AgentClusterError, BadInputError, ConflictError, ForbiddenError, UnavailableError


class NotLoggedInError(AgentClusterError):
    """Send an API token of an active account: as “authorization: Bearer <token>”, or in a first message “login”."""

    code = "token_refused"
    status = 401


class TooManyGuessesError(AgentClusterError):
    """Too many wrong tokens came from this address; wait five minutes."""

    code = "too_many_guesses"
    status = 429
    retryable = True


class NoGrantError(ForbiddenError):
    """The account behind this token has no grant for that at the gateway."""

    code = "no_grant"


class AccessEndedError(ForbiddenError):
    """The token was deleted or has expired, or its account's grant was taken away."""

    code = "access_ended"


class ProtocolError(BadInputError):
    """This message does not belong here."""

    code = "bad_message"


class FileReferenceError(ProtocolError):
    """A task cannot refer to files: it belongs to no project whose files they could be. Have a workflow call the agent."""

    code = "file_reference"


class TooLargeError(BadInputError):
    """The value is too large for a message of the gateway."""

    code = "value_too_large"
    status = 413


class NotRemoteError(ConflictError):
    """Only agents registered with the runtime “remote” join through the gateway; this one runs on the nodes."""

    code = "not_remote"


class AgentDisabledError(ConflictError):
    """The agent is switched off in the registry."""

    code = "agent_disabled"


class FullError(UnavailableError):
    """The gateway has as many connections or tasks as it may; try another, or later."""

    code = "gateway_full"
    status = 429


class SilentError(UnavailableError):
    """Nothing was heard of the agent for too long."""

    code = "heartbeat_missed"
    status = 408


class SlowError(UnavailableError):
    """The other side does not read what is sent to it."""

    code = "slow_reader"
    status = 408


class ReplacedError(ConflictError):
    """The session goes on over another connection."""

    code = "session_resumed"


class StoppingError(UnavailableError):
    """The gateway is stopping; join another, or come back in a moment."""

    code = "gateway_stopping"


class CallIdReusedError(ConflictError):
    """This call_id was used for another request; choose a new one."""

    code = "call_id_reused"


class NoInstanceError(UnavailableError):
    """No live instance of the agent is in sight."""

    code = "no_instance"


class BreakerOpenError(UnavailableError):
    """The agent keeps failing and is left alone for a while."""

    code = "breaker_open"
