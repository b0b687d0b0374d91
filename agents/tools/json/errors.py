"""What is wrong with JSON, or with what is asked of it."""

from agents.tools.errors import ToolError


class BadJsonError(ToolError):
    """This is not JSON."""

    code = "bad_json"


class BadPathError(ToolError):
    """The path cannot be understood."""

    code = "bad_path"


class PathNotFoundError(ToolError):
    """There is nothing at this path."""

    code = "path_not_found"


class BadSchemaError(ToolError):
    """This is not a JSON Schema (draft 2020-12)."""

    code = "bad_schema"


class NotValidError(ToolError):
    """The value does not fit the schema."""

    code = "not_valid"
