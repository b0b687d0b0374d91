"""What can be wrong with a document: each error says where in the file."""

from typing import Any

from designer.actions.errors import DraftConflictError, GraphProblemsError, InvalidInputError


class InvalidDocumentError(InvalidInputError):
    """The file is not a workflow document. ``errors`` has ``field``, ``message``, ``code``, ``line`` and ``column`` of each."""

    code = "invalid_document"

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        """Take the errors; lines and columns count from 1, 0 where none is to blame."""
        first = errors[0]
        where = f"Line {first['line']}, column {first['column']}: " if first["line"] else ""
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        super().__init__(errors, f"{where}{first['message']}{more}")


class NewerDraftError(DraftConflictError):
    """The draft was changed since this document was exported or applied; export it again, or overwrite it on purpose."""


class DocumentProblemsError(GraphProblemsError):
    """The workflow has problems that must be solved first; each has its ``line`` and ``column`` in the file."""


def error(message: str, code: str, line: int, column: int, field: str = "") -> InvalidDocumentError:
    """Return the error for one place."""
    return InvalidDocumentError([
        {"field": field, "message": message, "code": code, "line": line, "column": column}
    ])  # fmt: skip
