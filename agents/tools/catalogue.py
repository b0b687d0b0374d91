"""Which agents are built in, and how an entry point becomes a function."""

import importlib
import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from agentcluster.errors import NotFoundError
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


class UnknownAgentError(NotFoundError):
    """There is no built-in agent of this name."""

    code = "unknown_agent"


def builtin(names: Iterable[str] | None = None) -> tuple[Manifest, ...]:
    """Return the manifests of the named built-in agents, or of the whole catalogue.

    ``UnknownAgentError`` names the first that does not exist and lists those that do.
    """
    return tuple(_manifest(name) for name in (CATALOGUE if names is None else names))


def known(names: Iterable[str]) -> tuple[str, ...]:
    """Return the names that are built in; the others are logged. ``UnknownAgentError`` when not one is left."""
    wanted = tuple(names)
    found = tuple(name for name in wanted if name in CATALOGUE + ON_REQUEST)
    unknown = ", ".join(name for name in wanted if name not in found)
    if wanted and not found:
        raise UnknownAgentError(
            f"None of {unknown} is a built-in agent; there are {', '.join(CATALOGUE)}.", name=unknown
        )
    if unknown:
        logger.warning("there is no built-in agent %s; the node hosts %s", unknown, ", ".join(found))
    return found


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
