"""Joining another table."""

from typing import Any, Final

import pandas as pd

from agents.tools.columns import WrongTypeError
from agents.tools.frames import kind, to_frame
from agents.tools.pandas_exec.errors import TooManyRowsError, UnknownTableError
from agents.tools.pandas_exec.operations.scope import Scope
from agents.tools.tables import read_table

MAX_ROWS: Final = 10_000_000


def join(frame: pd.DataFrame, op: dict[str, Any], scope: Scope) -> pd.DataFrame:
    """Add the columns of another table where the values of ``on`` are equal."""
    if op["table"] not in scope.tables:
        there_are = ", ".join(scope.tables) or "none"
        message = f"There is no table '{op['table']}' among 'tables'; there are {there_are}."
        raise UnknownTableError(message, field=scope.at("table"))
    other = to_frame(read_table(scope.tables[op["table"]], f"/tables/{op['table']}"))
    on = scope.known(frame, op["on"], "on")
    scope.known(other, op["on"], "on")
    for index, name in enumerate(on):
        if kind(frame[name]) != kind(other[name]):
            message = (
                f"'{name}' is {kind(frame[name])} here and {kind(other[name])} in '{op['table']}'; cast one first."
            )
            raise WrongTypeError(message, field=scope.at("on", index), column=name)
    _refuse_explosion(frame, other, on, scope)
    return frame.merge(other, on=on, how=op.get("how", "left"), suffixes=("", f"_{op['table']}"))


def _refuse_explosion(frame: pd.DataFrame, other: pd.DataFrame, on: list[str], scope: Scope) -> None:
    """Count the pairs before making them."""
    left, right = frame.groupby(on, dropna=False).size(), other.groupby(on, dropna=False).size()
    pairs = int((left.astype("float64") * right.reindex(left.index).fillna(0)).sum())
    if pairs + len(frame) + len(other) > MAX_ROWS:
        message = f"The join would give {pairs:,} rows; at most {MAX_ROWS:,} can be handled. Is 'on' complete?"
        raise TooManyRowsError(message, field=scope.at("on"), rows=pairs)
