"""What is wrong with a CSV file."""

from agents.tools.errors import ToolError


class EmptyError(ToolError):
    """The file has no rows."""

    code = "csv_empty"


class BinaryError(ToolError):
    """This is not a text file; export the data as CSV first."""

    code = "csv_binary"


class EncodingError(ToolError):
    """The file is not in the encoding that was given."""

    code = "csv_encoding"


class RaggedRowError(ToolError):
    """A row does not have as many fields as the header."""

    code = "csv_ragged_row"


class UnclosedQuoteError(ToolError):
    """A quoted field is never closed."""

    code = "csv_unclosed_quote"


class MalformedError(ToolError):
    """The file cannot be read as CSV."""

    code = "csv_malformed"


class TooWideError(ToolError):
    """The file has more columns than can be handled."""

    code = "csv_too_wide"
