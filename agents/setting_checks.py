"""Django's system checks of the settings that agents and nodes read from the environment themselves."""

from importlib import import_module
from typing import Any, Final

from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

from agentcluster.errors import AgentClusterError

READERS: Final = ("agents.node.sandbox.settings:from_environment", "agents.llm.configuration:check")
"""What reads settings and refuses what makes no sense; imported only when asked, as no other process needs these."""


@register("settings")
def check_settings(**_given: Any) -> list[CheckMessage]:
    """Return what makes no sense, each with the name of the setting."""
    faults: list[CheckMessage] = []
    for reader in READERS:
        module, _, function = reader.partition(":")
        try:
            getattr(import_module(module), function)()
        except (AgentClusterError, ImproperlyConfigured) as error:
            message = error.message if isinstance(error, AgentClusterError) else str(error)
            faults.append(Error(message, id="agents.settings"))
    return faults
