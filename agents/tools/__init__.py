"""The built-in agents (features D5): one folder each, with its manifest and its code."""

from agents.tools.catalogue import ON_REQUEST, builtin, of_toolset, resolve
from agents.tools.context import CallContext, Published
from agents.tools.errors import ToolError

__all__ = ["ON_REQUEST", "CallContext", "Published", "ToolError", "builtin", "of_toolset", "resolve"]
