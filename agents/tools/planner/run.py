"""``planner``: an instruction becomes a workflow of the agents there are (features D2)."""

import datetime as dt
import logging
from collections.abc import Mapping
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from agents.planner.columns import DATES, Column, Profile
from agents.planner.plan import make_plan
from agents.tools.catalogue import builtin
from agents.tools.context import CallContext
from agents.tools.csv_parse.run import run as parse_csv
from agents.tools.errors import ToolError
from agents.tools.tables import columns, read_table

logger = logging.getLogger(__name__)

LOOK_ROWS: Final = 50_000
"""Rows of a file that are read to find out what its columns are."""
_ENDINGS: Final = (".csv", ".tsv", ".txt")


def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Return the workflow, its explanation, and the agents it calls; NoPlanError."""
    inputs = input.get("inputs") or {}
    plan = make_plan(input["instruction"], builtin(), inputs, _profile(inputs, context))
    return {**msgspec.to_builtins(plan), "agents": list(plan.agents)}


def _profile(inputs: Mapping[str, Any], context: CallContext) -> Profile | None:
    """Return what the table among the inputs looks like, None when there is none or it cannot be read now."""
    value = next((each for each in inputs.values() if _is_table(each) or _is_csv(each)), None)
    if value is None:
        return None
    try:
        if not _is_table(value):
            value = parse_csv({"file": value, "max_rows": LOOK_ROWS}, context)["table"]
        table = read_table(value, "/inputs").slice(0, LOOK_ROWS)
    except ToolError as error:
        # The step that reads it will say so with all details.
        logger.info("the planner cannot look at the table: %s", error.message)
        return None
    described = [
        Column(each["name"], each["type"], _distinct(table, each), table[each["name"]].null_count > 0)
        for each in columns(table.schema)
    ]
    return Profile(tuple(described), _days(table, described))


def _is_table(value: Any) -> bool:
    return isinstance(value, dict) and {"columns", "data"} <= value.keys()


def _is_csv(value: Any) -> bool:
    artifact = value.get("$artifact") if isinstance(value, dict) else None
    if not isinstance(artifact, dict):
        return False
    name, media_type = str(artifact.get("name", "")).lower(), str(artifact.get("media_type", ""))
    return name.endswith(_ENDINGS) or media_type in ("text/csv", "text/tab-separated-values")


def _distinct(table: pa.Table, column: Mapping[str, str]) -> int:
    if column["type"] not in ("string", "boolean"):
        return 0
    return int(pc.count_distinct(table[column["name"]]).as_py())


def _days(table: pa.Table, described: list[Column]) -> int:
    name = next((each.name for each in described if each.type in DATES), "")
    if not name:
        return 0
    ends = pc.min_max(table[name]).as_py()
    first, last = ends["min"], ends["max"]
    return (last - first).days if isinstance(first, dt.date) and isinstance(last, dt.date) else 0
