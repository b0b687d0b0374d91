"""Which agents are built in, and how an entry point becomes a function."""

import importlib
import logging
import re
from collections.abc import Callable, Iterable
from typing import Any, Final

from agentcluster.errors import BadInputError, NotFoundError
from agents.domain.manifest import Manifest

logger = logging.getLogger(__name__)

CATALOGUE: Final = (
    "file-reader",
    "csv-parse",
    "pandas-exec",
    "plotly-render",
    "http-client",
    "json",
    "text",
    "llm-router",
    "memory",
    "nats-emit",
    "planner",
)
ON_REQUEST: Final = ("bench-noop",)
"""Agents a node hosts only when told to by name, and does not announce: nobody finds them in the catalogue."""

_NAME: Final = re.compile(r"(?=.{1,80}$)[a-z][a-z0-9]*(?:-[a-z0-9]+)*")


class UnknownAgentError(NotFoundError):
    """There is no built-in agent of this name."""

    code = "unknown_agent"


class AgentNameError(BadInputError):
    """A name is lower-case letters and digits in words joined by -, at most 80 characters."""

    code = "bad_name"


def builtin(names: Iterable[str] | None = None) -> tuple[Manifest, ...]:
    """Return the manifests of the named built-in agents, or of the whole catalogue.

    ``UnknownAgentError`` names the first that does not exist and lists those that do.
    """
    return tuple(_manifest(name) for name in (CATALOGUE if names is None else names))


def of_toolset(names: Iterable[str]) -> tuple[Manifest, ...]:
    """Return the manifests of those agents of a toolset that are built in; the others, bundles, come by deployment.

    ``AgentNameError`` for what can be no agent's name.
    """
    wanted = tuple(names)
    for name in wanted:
        if not _NAME.fullmatch(name):
            raise AgentNameError(f"“{name}” is no agent's name. {AgentNameError.__doc__}", name=name)
    others = [name for name in wanted if name not in CATALOGUE + ON_REQUEST]
    if others:
        logger.warning(
            "not built in: %s; this node hosts a bundle of such a name as soon as one is deployed", ", ".join(others)
        )
    return builtin(name for name in wanted if name not in others)


def resolve(entry_point: str) -> Callable[..., Any]:
    """Return the function behind ``package.module:attribute``; it takes ``(input, context)`` and returns the output.

    It is a coroutine function, or a plain one when the manifest says ``cpu_bound``.
    """
    module, _, attribute = entry_point.partition(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), attribute)
    return function


def _manifest(name: str) -> Manifest:
    if name not in CATALOGUE + ON_REQUEST:
        raise UnknownAgentError(f"There is no built-in agent '{name}'; there are {', '.join(CATALOGUE)}.", name=name)
    module = importlib.import_module(f"agents.tools.{name.replace('-', '_')}.manifest")
    manifest: Manifest = module.MANIFEST
    return manifest
