"""What is wrong with a request about text."""

from agents.tools.errors import ToolError


class BadPatternError(ToolError):
    """This is not a regular expression in RE2 syntax."""

    code = "bad_pattern"


class MissingValueError(ToolError):
    """The template names a value that is not there."""

    code = "missing_value"


class ResultTooLargeError(ToolError):
    """The result would be larger than can be handled."""

    code = "result_too_large"
