"""``pandas-exec``: a declared list of operations on a table; never code."""

from typing import Any

from agents.tools.context import CallContext
from agents.tools.errors import ToolError
from agents.tools.frames import to_frame, to_table
from agents.tools.pandas_exec.operations import OPERATIONS, Scope
from agents.tools.tables import read_table, write_table


def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Return the table after all operations; an error names the operation (from 1) and its field."""
    frame = to_frame(read_table(input["table"], "/table"))
    for index, operation in enumerate(input["operations"]):
        context.raise_if_over()
        scope = Scope(f"/operations/{index}", input.get("tables") or {})
        try:
            frame = OPERATIONS[operation["op"]](frame, operation, scope)
        except ToolError as error:
            error.message = f"Operation {index + 1} ({operation['op']}): {error.message}"
            error.args = (error.message,)
            error.data["operation"] = index
            raise
    return {"table": write_table(to_table(frame), input.get("name") or "table.arrow")}
