"""What is wrong with a list of operations."""

from agents.tools.errors import ToolError


class UnknownTableError(ToolError):
    """There is no such table among the tables to join."""

    code = "unknown_table"


class BadExpressionError(ToolError):
    """The expression cannot be understood."""

    code = "bad_expression"


class DuplicateColumnError(ToolError):
    """Two columns would have the same name."""

    code = "duplicate_column"


class BadCastError(ToolError):
    """Some values cannot be turned into this type."""

    code = "bad_cast"


class TooManyRowsError(ToolError):
    """The result would have more rows than can be handled."""

    code = "too_many_rows"
