"""Why there is no plan."""

from agents.tools.errors import ToolError


class NoPlanError(ToolError):
    """The instruction cannot be turned into a workflow."""

    code = "no_plan"
