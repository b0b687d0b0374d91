"""Why a request failed, and whether trying again can help."""

from agents.tools.errors import ToolError


class AddressNotAllowedError(ToolError):
    """This address is private, and the node does not allow requests to it."""

    code = "address_not_allowed"


class HostNotFoundError(ToolError):
    """The host has no address."""

    code = "host_not_found"
    retryable = True


class ConnectError(ToolError):
    """The host cannot be reached, or broke the connection."""

    code = "connection_failed"
    retryable = True


class HttpTimeoutError(ToolError):
    """The host did not answer in time."""

    code = "http_timeout"
    retryable = True


class TooManyRedirectsError(ToolError):
    """The host redirects more often than allowed."""

    code = "too_many_redirects"


class BodyTooLargeError(ToolError):
    """The body is larger than allowed."""

    code = "body_too_large"


class BadUrlError(ToolError):
    """This is not a URL that can be called."""

    code = "bad_url"


class UnexpectedStatusError(ToolError):
    """The host answered with a status that was not expected."""

    code = "unexpected_status"


class TemporaryStatusError(UnexpectedStatusError):
    """The host answered that it cannot serve right now (408, 425, 429 or 5xx)."""

    code = "temporary_status"
    retryable = True
