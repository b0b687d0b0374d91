"""The operations of ``pandas-exec``: ``(frame, operation, scope) -> frame`` by name."""

from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from agents.tools.pandas_exec.operations import columns, groups, joins, reshape, rows
from agents.tools.pandas_exec.operations.scope import Scope

Operation = Callable[[pd.DataFrame, dict[str, Any], Scope], pd.DataFrame]

OPERATIONS: Final[dict[str, Operation]] = {
    "select": columns.select,
    "drop": columns.drop,
    "rename": columns.rename,
    "derive": columns.derive,
    "cast": columns.cast,
    "fill_missing": columns.fill_missing,
    "filter": rows.keep,
    "sort": rows.sort,
    "limit": rows.limit,
    "distinct": rows.distinct,
    "group": groups.group,
    "aggregate": groups.aggregate,
    "resample": groups.resample,
    "join": joins.join,
    "pivot": reshape.pivot,
    "unpivot": reshape.unpivot,
}

__all__ = ["OPERATIONS", "Scope"]
