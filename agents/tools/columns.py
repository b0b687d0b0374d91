"""Columns that are not there, and what may have been meant."""

import difflib
from collections.abc import Iterable

from agents.tools.errors import ToolError


class UnknownColumnError(ToolError):
    """There is no such column."""

    code = "unknown_column"


class WrongTypeError(ToolError):
    """The column's type does not allow this."""

    code = "wrong_type"


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
