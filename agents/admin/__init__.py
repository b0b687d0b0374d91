"""The registry in the admin panel: what is immutable is shown, the rest can be edited."""

from agents.admin import agent, capability, intent_schema, version

__all__ = ["agent", "capability", "intent_schema", "version"]
