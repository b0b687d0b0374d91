"""Write an agent: one typed function. Needs the standard library and msgspec, nothing else (docs/sdk.md)."""

from agentcluster.sdk.context import Context
from agentcluster.sdk.declare import Declaration, agent, declaration_of
from agentcluster.sdk.describe import describe
from agentcluster.sdk.errors import AgentError, DeclarationError
from agentcluster.sdk.files import File
from agentcluster.sdk.manifest import manifest_of

__all__ = [
    "AgentError",
    "Context",
    "Declaration",
    "DeclarationError",
    "File",
    "agent",
    "declaration_of",
    "describe",
    "manifest_of",
]
