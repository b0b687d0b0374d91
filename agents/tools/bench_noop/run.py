"""``bench-noop``: the cheapest agent there can be."""

from typing import Any

from agents.tools.context import CallContext


async def run(input: dict[str, Any], context: CallContext) -> dict[str, Any]:
    """Return the input."""
    return input
