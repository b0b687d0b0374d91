"""``text``: split, template, extract, join, replace, case, count."""

from typing import Any

from agents.tools.context import CallContext
from agents.tools.text.actions import ACTIONS


def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Return ``{"result", "count"}``."""
    result, count = ACTIONS[input["action"]](input)
    return {"result": result, "count": count}
