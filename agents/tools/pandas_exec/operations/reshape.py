"""From long to wide and back."""

from typing import Any, Final

import pandas as pd

from agents.tools.columns import WrongTypeError
from agents.tools.frames import clean, kind
from agents.tools.pandas_exec.errors import DuplicateColumnError, TooManyRowsError
from agents.tools.pandas_exec.operations.groups import group
from agents.tools.pandas_exec.operations.scope import Scope

MAX_NEW_COLUMNS: Final = 500


def pivot(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Make a column of each value of ``columns``, filled with ``values`` put together by ``function``."""
    index = scope.known(frame, op["index"], "index")
    scope.column(frame, op["columns"], "columns")
    scope.column(frame, op["values"], "values")
    width = int(frame[op["columns"]].nunique(dropna=False))
    if width > MAX_NEW_COLUMNS:
        message = f"'{op['columns']}' has {width:,} values; at most {MAX_NEW_COLUMNS} can become columns."
        raise TooManyRowsError(message, field=scope.at("columns"), columns=width)
    request = {"column": op["values"], "function": op.get("function", "sum"), "as": "__value"}
    long = group(frame, {"by": [*index, op["columns"]], "aggregate": [request]}, scope)
    names = long[op["columns"]].map(_label).fillna("missing")
    wide = long.assign(__name=names).set_index([*index, "__name"])["__value"].unstack("__name").reset_index()
    wide.columns = pd.Index([str(name) for name in wide.columns])
    if wide.columns.has_duplicates:
        raise DuplicateColumnError("A value has the name of a column of the index.", field=scope.at("columns"))
    return wide


def unpivot(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Turn columns into rows: all but ``keep``, their names in ``name`` and values in ``value``."""
    kept = scope.known(frame, op["keep"], "keep")
    turned = [name for name in frame.columns if name not in kept]
    kinds = {kind(frame[name]) for name in turned}
    if len(kinds) > 1:
        message = f"The columns to turn hold different things ({', '.join(sorted(kinds))}); keep or drop some."
        raise WrongTypeError(message, field=scope.at("keep"))
    name, value = op.get("name", "name"), op.get("value", "value")
    if name in kept or value in kept or name == value:
        raise DuplicateColumnError("The new columns need names of their own.", field=scope.at("name"))
    long = frame.melt(id_vars=kept, value_vars=turned, var_name=name, value_name=value)
    return long.assign(**{name: clean(long[name]), value: clean(long[value])})


def _label(value: Any) -> str | None:
    if pd.isna(value):
        return None
    return value.date().isoformat() if isinstance(value, pd.Timestamp) and value == value.normalize() else str(value)
