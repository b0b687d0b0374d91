"""What is wrong with a request to shared memory."""

from agents.tools.errors import ToolError


class BadNameError(ToolError):
    """This cannot be the name of a session or a key."""

    code = "bad_name"


class ValueTooLargeError(ToolError):
    """The value is too large for shared memory."""

    code = "value_too_large"
