"""What is wrong with a list of operations."""

import difflib
from collections.abc import Iterable

from agents.tools.errors import ToolError


class UnknownColumnError(ToolError):
    """There is no such column."""

    code = "unknown_column"


class UnknownTableError(ToolError):
    """There is no such table among the tables to join."""

    code = "unknown_table"


class WrongTypeError(ToolError):
    """The column's type does not allow this."""

    code = "wrong_type"


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


def unknown_column(name: str, columns: Iterable[str], field: str) -> UnknownColumnError:
    """Return the error that names the column, and the nearest that there are."""
    present = [str(column) for column in columns]
    folded = {column.casefold(): column for column in present}
    near = [folded[each] for each in difflib.get_close_matches(name.casefold(), folded, n=3, cutoff=0.55)]
    hint = f"did you mean {' or '.join(repr(each) for each in near)}?" if near else f"there are {_listed(present)}."
    return UnknownColumnError(f"There is no column '{name}'; {hint}", field=field, column=name, nearest=near)


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:12])
    return f"{shown} and {len(names) - 12} more" if len(names) > 12 else shown or "no columns"
