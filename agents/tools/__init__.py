"""The built-in agents (features D5): one folder each, with its manifest and its code."""

from agents.tools.catalogue import builtin, resolve
from agents.tools.context import CallContext
from agents.tools.errors import ToolError

__all__ = ["CallContext", "ToolError", "builtin", "resolve"]
