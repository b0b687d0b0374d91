"""Why a message cannot be published."""

from agents.tools.errors import ToolError


class ReservedHeaderError(ToolError):
    """This header is the system's own."""

    code = "reserved_header"


class PayloadTooLargeError(ToolError):
    """The message is larger than may be published."""

    code = "payload_too_large"


class SubjectRefusedError(ToolError):
    """Nobody but the system may publish on this subject, or it is none."""

    code = "bad_subject"
